"""List the entries of your accounts in the ledger."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...ports.language.ledger_lines import LedgerLine
from ...ports.language.payments import Account, AccountKind
from ...ports.language.users import Actor
from ...ports.payments import Ledger

_OF_USERS = (AccountKind.PAYABLE, AccountKind.DEBT, AccountKind.LOSSES)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ListLedgerLines:
    """Shows a user what they were owed, what they owed, and what of it was written off."""

    ledger: Ledger

    async def __call__(self, actor: Actor) -> AsyncIterator[LedgerLine]:
        """Return all entries of the actor's accounts, account by account, oldest first."""
        return self._lines(actor)

    async def _lines(self, actor: Actor) -> AsyncIterator[LedgerLine]:
        for kind in _OF_USERS:
            account, after = Account(kind, str(actor.user_id)), 0
            while lines := await self.ledger.lines(account, _AT_ONCE, after):
                for line in lines:
                    yield line
                after = lines[-1].sequence
