"""The authentication of shoes (signing in belongs to users)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import OrderId, TaskId, UserId
from .market import BookKey


class TaskStatus(StrEnum):
    """The state of a pair in the warehouse."""

    AWAITING_ITEM = "awaiting_item"
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Checks:
    """The three checks of a pair."""

    box_condition: bool
    authenticity_markers: bool
    size_verification: bool

    @property
    def all_passed(self) -> bool:
        """Whether all checks passed."""
        return self.box_condition and self.authenticity_markers and self.size_verification


@dataclass(frozen=True, slots=True)
class Verdict:
    """An authenticator's verdict. `photos` are URLs. A fail has a reason."""

    passed: bool
    checks: Checks
    photos: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AuthenticationTask:
    """The authentication task of one order's pair."""

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
    """Only `authenticator_id` may claim it until then (UTC)."""
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    version: int = 1
    """It is incremented by every change. Saving an outdated version is refused."""
