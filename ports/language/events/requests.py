"""Events by which staff asks the process with the matching engine to do something.

Only that process writes books. Each event names the audit entry of the request; the entry that
tells its outcome is about that one.
"""

from dataclasses import dataclass
from typing import ClassVar

from ..ids import AuditEntryId, QuoteId, UserId
from .base import Event


@dataclass(frozen=True, slots=True)
class QuoteWithdrawalRequested(Event):
    """A quote is to leave its book, whoever's it is. `note` is for its owner."""

    SUBJECT: ClassVar[str] = "quote.withdrawal_requested"
    entry_id: AuditEntryId
    quote_id: QuoteId
    note: str | None

    @property
    def key(self) -> str:
        """The quote."""
        return str(self.quote_id)


@dataclass(frozen=True, slots=True)
class UserWasSuspended(Event):
    """Everything that a user has in the books is to leave them."""

    SUBJECT: ClassVar[str] = "user.suspended"
    entry_id: AuditEntryId
    user_id: UserId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)
