"""What the exchange owes a user, and what they owe it."""

from dataclasses import dataclass

from ...ports.language.money import Cents
from ...ports.language.payments import Account
from ...ports.language.users import Actor
from ...ports.payments import Ledger


@dataclass(frozen=True, slots=True)
class Balance:
    """One user's money at the exchange, in cents; nothing here is ever less than zero."""

    payable: Cents
    """Not yet paid out: from sales that are settled, and what they bore and need not bear."""
    debt: Cents
    """Penalties and what else they owe. The next payouts settle it first."""


@dataclass(frozen=True, slots=True)
class ViewBalance:
    """A user sees what they are owed and what they owe."""

    ledger: Ledger

    async def __call__(self, actor: Actor) -> Balance:
        """Return the actor's own balance."""
        payable = await self.ledger.balance(Account.payable(actor.user_id))
        debt = await self.ledger.balance(Account.debt(actor.user_id))
        return Balance(payable=payable + max(0, debt), debt=max(0, -debt))
