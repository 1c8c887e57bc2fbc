"""View your balance."""

from dataclasses import dataclass

from ...ports.language.money import Cents
from ...ports.language.payments import Account
from ...ports.language.users import Actor
from ...ports.payments import Ledger


@dataclass(frozen=True, slots=True)
class Balance:
    """One user's balance at the exchange, in minor units; the amounts are never negative."""

    payable: Cents
    """Not yet paid out: shares of settled sales, and credit for reversed shortfalls."""
    debt: Cents
    """Penalties and other debt. The next payouts settle it first."""


@dataclass(frozen=True, slots=True)
class ViewBalance:
    """Shows a user what the exchange owes them and what they owe it."""

    ledger: Ledger

    async def __call__(self, actor: Actor) -> Balance:
        """Return the actor's balance."""
        payable = await self.ledger.balance(Account.payable(actor.user_id))
        debt = await self.ledger.balance(Account.debt(actor.user_id))
        return Balance(payable=payable + max(0, debt), debt=max(0, -debt))
