"""Halts of books."""

from dataclasses import dataclass
from datetime import datetime

from .ids import HaltId, ProductId
from .market import BookKey, Condition, Size


@dataclass(frozen=True, slots=True)
class Halt:
    """A halt of a product's books: all of them, or those in one size, one condition, or both.

    It also covers books that are still empty. Times are UTC.
    """

    id: HaltId
    product_id: ProductId
    size: Size | None
    """None means every size."""
    condition: Condition | None
    """None means every condition."""
    halted_at: datetime
    ended_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def book(self) -> BookKey | None:
        """Return the only book that it covers, or None if it may be more than one."""
        if self.size is None or self.condition is None:
            return None
        return BookKey(self.product_id, self.size, self.condition)

    def covers(self, book: BookKey) -> bool:
        """Return whether the halt covers a book."""
        return (
            book.product_id == self.product_id
            and self.size in (None, book.size)
            and self.condition in (None, book.condition)
        )
