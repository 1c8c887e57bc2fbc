"""Requests of staff to the process with the matching engine.

Only that process changes books. Each event names the audit entry of the request. The outcome is
another entry about that one.
"""

from dataclasses import dataclass
from typing import ClassVar

from ..ids import AuditEntryId, HaltId, ProductId, QuoteId, UserId
from ..market import Condition, Size
from .base import Event


@dataclass(frozen=True, slots=True)
class QuoteWithdrawalRequested(Event):
    """A quote of any user must be withdrawn. `note` is for its owner."""

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
    """All quotes of a user must be withdrawn."""

    SUBJECT: ClassVar[str] = "user.suspended"
    entry_id: AuditEntryId
    user_id: UserId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class SuspensionCarriedOut(Event):
    """The quotes of a suspended user were withdrawn, with their number.

    It is committed with the withdrawal, so that the number survives a crash.
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
    """Books of a product must be halted: all, or those in a size, a condition, or both.

    Halting and opening have the product as their key, so that they stay in sequence.
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
    """A halt must end."""

    SUBJECT: ClassVar[str] = "halt_end.requested"
    entry_id: AuditEntryId
    halt_id: HaltId
    product_id: ProductId

    @property
    def key(self) -> str:
        """The product."""
        return str(self.product_id)
