"""Verify trades."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from ...ports.integrity import Report, Snapshot, TradeCheck, TradeTally, Verifier
from ...ports.language.integrity import Check, Finding, Progress, Trade
from ...ports.language.messages import Queue

_PAGE = 500
_OF_TRADES = (
    Queue.TRADE,
    Queue.MATCHING,
    Queue.BIDDING,
    Queue.CHARTS,
    Queue.CHARGES,
    Queue.REFUNDS,
    Queue.PAYOUTS,
)
"""The queues whose messages take a trade further."""


@dataclass(frozen=True, slots=True)
class VerifyTrades(Verifier):
    """Applies the checks of all contexts to each trade.

    Contexts learn of each other by messages. So what they do not agree on counts only if no message
    about the trade is under way.
    """

    checks: Sequence[TradeCheck]
    tallies: Sequence[Callable[[], TradeTally]] = ()
    """What is added up over all trades."""

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and what contradicts itself in a trade. Raises Unavailable."""
        total, done = (await snapshot.size()).trades, 0
        tallies = [tally() for tally in self.tallies]
        yield Progress("orders", 0, total)
        page = await snapshot.trades(None, _PAGE)
        while page:
            suspects = [trade for trade in page if self._findings(trade)]
            moving = await snapshot.unsettled([trade.id for trade in suspects], _OF_TRADES)
            for trade in suspects:
                for finding in self._findings(replace(trade, is_settled=trade.id not in moving)):
                    yield finding
            for tally in tallies:
                for trade in page:
                    tally.add(trade)
            done += len(page)
            yield Progress("orders", done, total)
            page = await snapshot.trades(page[-1].id, _PAGE)
        for tally in tallies:
            async for finding in tally.findings(snapshot):
                yield finding

    def _findings(self, trade: Trade) -> list[Finding]:
        if trade.error:
            problem = f"it cannot be read: {trade.error}"
            return [Finding(Check.HISTORY, f"order {trade.id}", problem)]
        return [finding for check in self.checks for finding in check(trade)]
