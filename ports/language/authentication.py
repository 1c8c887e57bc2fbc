"""The authentication of shoes (signing in belongs to users)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import OrderId, TaskId, UserId
from .market import BookKey


class TaskStatus(StrEnum):
    """Where a pair is on its way through the warehouse."""

    AWAITING_ITEM = "awaiting_item"
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Checks:
    """The three checks that a pair must all pass."""

    box_condition: bool
    authenticity_markers: bool
    size_verification: bool

    @property
    def all_passed(self) -> bool:
        """Whether nothing was found wrong."""
        return self.box_condition and self.authenticity_markers and self.size_verification


@dataclass(frozen=True, slots=True)
class Verdict:
    """An authenticator's finding. `photos` are URLs; a fail has a reason."""

    passed: bool
    checks: Checks
    photos: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AuthenticationTask:
    """The work of authenticating one order's pair."""

    id: TaskId
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    status: TaskStatus
    created_at: datetime
    received_at: datetime | None = None
    authenticator_id: UserId | None = None
    lease_until: datetime | None = None
    """Until then (UTC) nobody but `authenticator_id` may claim it."""
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    version: int = 1
    """Grows by one with every change; a save of an outdated version is refused."""
