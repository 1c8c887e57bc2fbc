"""Books that count what is committed."""

from ...ports.books import Books
from ...ports.language.batch import Batch, Ownership
from ...ports.language.market import Side
from ...ports.measurements import Measurements
from ...ports.stopwatch import Stopwatch
from .forwarding_books import ForwardingBooks


class MeasuredBooks(ForwardingBooks):
    """Counts new bids, asks and matches once they are durable, and times the commits."""

    def __init__(self, books: Books, measurements: Measurements, stopwatch: Stopwatch) -> None:
        super().__init__(books)
        self._measurements = measurements
        self._stopwatch = stopwatch

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        began = self._stopwatch.elapsed()
        try:
            await super().commit(ownership, batch)
        except BaseException:
            self._measurements.batch_failed()
            raise
        bids = sum(quote.side is Side.BID for quote in batch.added.values())
        self._measurements.batch(
            bids=bids,
            asks=len(batch.added) - bids,
            matches=len(batch.matches),
            quotes=len(batch.added) + len(batch.changed),
            seconds=self._stopwatch.elapsed() - began,
        )
