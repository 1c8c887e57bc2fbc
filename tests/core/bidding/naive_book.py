"""The rules of the market the slow way: one list of every quote, scanned from end to end.

It shares nothing with the order book but the words of the ports, so that it can tell when the
book is wrong.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from solebook.ports.language.errors import (
    NoCounterpart,
    QuoteNotActive,
    SelfTrade,
    TooManyOpenQuotes,
)
from solebook.ports.language.ids import QuoteId, UserId
from solebook.ports.language.market import BookKey, QuoteStatus, Side, TimeInForce
from solebook.ports.matching import PlaceQuote


@dataclass(slots=True)
class NaiveQuote:
    """A quote, wherever it is in its life."""

    id: QuoteId
    side: Side
    user_id: UserId
    book: BookKey
    amount: int
    expires_at: datetime
    arrival: int
    status: QuoteStatus = QuoteStatus.ACTIVE


@dataclass(slots=True)
class NaiveTrade:
    """A bid and an ask that met."""

    bid: NaiveQuote
    ask: NaiveQuote
    price: int
    maker: Side
    unwound: bool = False


@dataclass(slots=True)
class NaiveMarket:
    """All quotes in the order in which they were placed, and all trades in theirs."""

    max_open: int
    quotes: list[NaiveQuote] = field(default_factory=list)
    trades: list[NaiveTrade] = field(default_factory=list)
    arrivals: int = 0

    def copy(self) -> Self:
        """Return this market as it is now, to come back to."""
        return deepcopy(self)

    def queue(self, book: BookKey, side: Side) -> list[QuoteId]:
        """Return who stands on one side of a book, the first to trade first."""
        standing = [
            q
            for q in self.quotes
            if q.book == book and q.side is side and q.status is QuoteStatus.ACTIVE
        ]
        ordered: list[QuoteId] = []
        while standing:
            first = standing[0]
            for quote in standing[1:]:
                if _goes_before(quote, first):
                    first = quote
            standing.remove(first)
            ordered.append(first.id)
        return ordered

    def open_quotes(self, user_id: UserId, side: Side) -> int:
        """Return how many quotes of a user stand on one side of all books."""
        return sum(
            q.user_id == user_id and q.side is side and q.status is QuoteStatus.ACTIVE
            for q in self.quotes
        )

    def quote(self, quote_id: QuoteId) -> NaiveQuote:
        """Return a quote that was placed."""
        return next(quote for quote in self.quotes if quote.id == quote_id)

    # ---- commands ------------------------------------------------------------------------

    def place(self, command: PlaceQuote, now: datetime) -> None:
        quote = NaiveQuote(
            id=command.id,
            side=command.side,
            user_id=command.user_id,
            book=command.book,
            amount=command.amount,
            expires_at=command.expires_at,
            arrival=self.arrivals + 1,
        )
        other = self._meet(quote, command.amount, now)
        if other is None and command.time_in_force is TimeInForce.IOC:
            best = self._first(quote.book, quote.side.opposite)
            raise NoCounterpart(best=None if best is None else best.amount)
        if other is None and self.open_quotes(quote.user_id, quote.side) >= self.max_open:
            raise TooManyOpenQuotes(side=quote.side, limit=self.max_open)
        self.arrivals += 1
        self.quotes.append(quote)
        if other is not None:
            self._trade(quote, other)

    def reprice(
        self, quote_id: QuoteId, amount: int | None, expires_at: datetime | None, now: datetime
    ) -> None:
        quote = self._active(quote_id)
        if quote.expires_at <= now:
            raise QuoteNotActive(id=quote.id, side=quote.side, status=QuoteStatus.EXPIRED)
        target = quote.amount if amount is None else amount
        other = self._meet(quote, target, now)
        if target != quote.amount:
            self.arrivals += 1
            quote.amount, quote.arrival = target, self.arrivals
        if expires_at is not None:
            quote.expires_at = expires_at
        if other is not None:
            self._trade(quote, other)

    def cancel(self, quote_id: QuoteId) -> None:
        self._active(quote_id).status = QuoteStatus.CANCELLED

    def expire(self, quote_id: QuoteId, now: datetime) -> None:
        quote = self.quote(quote_id)
        if quote.status is QuoteStatus.ACTIVE and quote.expires_at <= now:
            quote.status = QuoteStatus.EXPIRED

    def unwind(self, number: int, now: datetime, *, ask_returns: bool) -> None:
        trade = self.trades[number]
        if trade.unwound:
            return
        trade.unwound = True
        trade.bid.status = QuoteStatus.CANCELLED
        if not ask_returns:
            trade.ask.status = QuoteStatus.CANCELLED
        elif trade.ask.expires_at <= now:
            trade.ask.status = QuoteStatus.EXPIRED
        else:
            try:
                other = self._meet(trade.ask, trade.ask.amount, now)
            except SelfTrade:
                trade.ask.status = QuoteStatus.CANCELLED
                return
            trade.ask.status = QuoteStatus.ACTIVE
            if other is not None:
                self._trade(trade.ask, other)

    # ---- rules ---------------------------------------------------------------------------

    def _active(self, quote_id: QuoteId) -> NaiveQuote:
        quote = self.quote(quote_id)
        if quote.status is not QuoteStatus.ACTIVE:
            raise QuoteNotActive(id=quote.id, side=quote.side, status=quote.status)
        return quote

    def _first(self, book: BookKey, side: Side) -> NaiveQuote | None:
        queue = self.queue(book, side)
        return self.quote(queue[0]) if queue else None

    def _drop_overdue(self, quote: NaiveQuote, now: datetime) -> None:
        """Whoever comes to the other side sees to it that its first quote has not expired."""
        first = self._first(quote.book, quote.side.opposite)
        while first is not None and first.expires_at <= now:
            first.status = QuoteStatus.EXPIRED
            first = self._first(quote.book, quote.side.opposite)

    def _meet(self, quote: NaiveQuote, amount: int, now: datetime) -> NaiveQuote | None:
        """Return whom a quote would trade with at an amount. Raises SelfTrade."""
        self._drop_overdue(quote, now)
        first = self._first(quote.book, quote.side.opposite)
        if first is None:
            return None
        if quote.side is Side.BID and first.amount > amount:
            return None
        if quote.side is Side.ASK and first.amount < amount:
            return None
        if first.user_id == quote.user_id:
            raise SelfTrade(resting_id=first.id)
        return first

    def _trade(self, taker: NaiveQuote, maker: NaiveQuote) -> None:
        bid, ask = (taker, maker) if taker.side is Side.BID else (maker, taker)
        bid.status = ask.status = QuoteStatus.MATCHED
        self.trades.append(NaiveTrade(bid, ask, maker.amount, maker.side))


def _goes_before(quote: NaiveQuote, other: NaiveQuote) -> bool:
    if quote.amount == other.amount:
        return quote.arrival < other.arrival
    return quote.amount > other.amount if quote.side is Side.BID else quote.amount < other.amount
