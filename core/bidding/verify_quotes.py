"""Verify quotes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from ...ports.clock import Clock
from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.integrity import Progress
from ...ports.language.market import Side
from .match_consistency import quote_findings

_PAGE = 1_000
_SKEW = timedelta(seconds=5)
"""More than the clocks of two processes may differ."""


@dataclass(frozen=True, slots=True)
class VerifyQuotes(Verifier):
    """Checks each quote's status, and that no quote is in two matches that stand."""

    clock: Clock

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and what contradicts itself in a quote. Raises Unavailable."""
        size, done = await snapshot.size(), 0
        total = size.bids + size.asks
        halts, last = await snapshot.halts(), await snapshot.last_sequence()
        now = self.clock.now() + _SKEW
        yield Progress("quotes", 0, total)
        for side in Side:
            page = await snapshot.quotes(side, None, _PAGE)
            while page:
                for record in page:
                    for finding in quote_findings(record, halts, last, now):
                        yield finding
                done += len(page)
                yield Progress("quotes", done, total)
                page = await snapshot.quotes(side, page[-1].quote.id, _PAGE)
