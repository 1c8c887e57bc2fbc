"""Compares each book's turnover with its sales."""

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ...ports.integrity import Snapshot, TradeTally
from ...ports.language.integrity import Check, Finding, Trade
from ...ports.language.market import BookKey
from ...ports.language.money import Cents


@dataclass(slots=True)
class _Sum:
    """The number of a book's sales, and their total in minor units."""

    sales: int = 0
    total: Cents = 0


@dataclass(slots=True)
class TurnoverTally(TradeTally):
    """Adds up the sales of each book.

    A sale and its turnover are written in one transaction, so they agree in every snapshot.
    """

    _sums: defaultdict[BookKey, _Sum] = field(default_factory=lambda: defaultdict(_Sum))

    def add(self, trade: Trade) -> None:
        """Add the sale of a trade, unless it was voided."""
        if trade.sale is not None and trade.sale.sale is not None and not trade.sale.voided:
            added = self._sums[trade.sale.sale.book]
            added.sales += 1
            added.total += trade.sale.sale.price

    async def findings(self, snapshot: Snapshot) -> AsyncIterator[Finding]:
        """Yield the books whose turnover is another one. Raises Unavailable."""
        async for stored in snapshot.turnovers():
            expected = self._sums.pop(stored.book, _Sum())
            if (stored.sales, stored.total) != (expected.sales, expected.total):
                yield _finding(
                    stored.book, f"{stored.sales} for {stored.total} minor units", expected
                )
        for book, expected in self._sums.items():
            yield _finding(book, "missing", expected)


def _finding(book: BookKey, found: str, expected: _Sum) -> Finding:
    return Finding(
        Check.TAPE,
        f"book {book.product_id} {book.size} {book.condition}",
        f"its turnover is {found}; by its sales it should be {expected.sales} for "
        f"{expected.total} minor units",
    )
