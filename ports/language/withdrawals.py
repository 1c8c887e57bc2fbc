"""The withdrawal of a user's quotes in several shards, as parts of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from .idempotency import IdempotencyKey
from .ids import AuditEntryId, UserId
from .market import Quote, Side, WithdrawalReason, WithdrawnQuote


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Withdrawn quotes: how many, and the first of them, up to NAMED."""

    NAMED: ClassVar[int] = 20
    count: int = 0
    quotes: tuple[WithdrawnQuote, ...] = ()

    @classmethod
    def of(cls, quotes: Iterable[Quote]) -> Self:
        """Return some withdrawn quotes."""
        all_of_them = tuple(quotes)
        named = all_of_them[: cls.NAMED]
        return cls(
            len(all_of_them), tuple(WithdrawnQuote(q.id, q.side, q.book, q.amount) for q in named)
        )

    def __add__(self, others: "Withdrawn") -> "Withdrawn":
        return Withdrawn(self.count + others.count, (self.quotes + others.quotes)[: self.NAMED])


@dataclass(frozen=True, slots=True)
class WithdrawalPart:
    """The withdrawal of a user's quotes on some sides in one shard."""

    user_id: UserId
    sides: tuple[Side, ...]
    reason: WithdrawalReason
    note: str | None = None
    key: IdempotencyKey | None = None
    """Identifies the part. What it withdrew is kept under it, for a repetition after a crash."""
    entry_id: AuditEntryId | None = None
    """The audit entry of the suspension that caused the withdrawal, if one did."""
    others: Withdrawn | None = None
    """What the other parts have withdrawn, for the last part, which reports all of it."""
