"""Events by which staff asks the process with the matching engine to do something.

Only that process writes books. Each event names the audit entry of the request; the entry that
tells its outcome is about that one.
"""

from dataclasses import dataclass
from typing import ClassVar

from ..ids import AuditEntryId, HaltId, ProductId, QuoteId, UserId
from ..market import Condition, Size
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
class UserSuspended(Event):
    """Everything that a user has in the books is to leave them."""

    SUBJECT: ClassVar[str] = "user.suspended"
    entry_id: AuditEntryId
    user_id: UserId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class SuspensionCarriedOut(Event):
    """What a suspended user had in the books has left them: so many quotes were withdrawn.

    It is committed with the withdrawal, so that no crash makes the log forget how many they were.
    """

    SUBJECT: ClassVar[str] = "suspension.carried_out"
    entry_id: AuditEntryId
    user_id: UserId
    withdrawn: int

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class HaltRequested(Event):
    """Books of a product are to be halted: all of them, or those in a size, a condition, or both.

    Halting and opening have the product as their key, so that they come in their order.
    """

    SUBJECT: ClassVar[str] = "halt.requested"
    entry_id: AuditEntryId
    halt_id: HaltId
    product_id: ProductId
    size: Size | None
    condition: Condition | None

    @property
    def key(self) -> str:
        """The product."""
        return str(self.product_id)


@dataclass(frozen=True, slots=True)
class HaltEndRequested(Event):
    """A halt is to end."""

    SUBJECT: ClassVar[str] = "halt_end.requested"
    entry_id: AuditEntryId
    halt_id: HaltId
    product_id: ProductId

    @property
    def key(self) -> str:
        """The product."""
        return str(self.product_id)
