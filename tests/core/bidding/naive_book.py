"""The rules of the market the slow way: one list of every quote, scanned from end to end.

It shares nothing with the order book but the words of the ports, so that it can tell when the
book is wrong.
"""

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from solebook.ports.language.errors import (
    BookHalted,
    CounterpartBusy,
    NoCounterpart,
    QuoteNotActive,
    SelfTrade,
    TooManyOpenQuotes,
    TooManyUnpaidOrders,
    TradingBarred,
    TradingSuspended,
)
from solebook.ports.language.ids import QuoteId, UserId
from solebook.ports.language.market import (
    AskFate,
    BookKey,
    QuoteStatus,
    Side,
    TimeInForce,
    WithdrawalReason,
)
from solebook.ports.language.placement import PlaceQuote

STANDING = (QuoteStatus.ACTIVE, QuoteStatus.WAITING)


@dataclass(slots=True)
class NaiveQuote:
    """A quote in any status."""

    id: QuoteId
    side: Side
    user_id: UserId
    book: BookKey
    amount: int
    expires_at: datetime
    arrival: int
    time_in_force: TimeInForce
    status: QuoteStatus = QuoteStatus.ACTIVE


@dataclass(slots=True)
class NaiveTrade:
    """A matched bid and ask."""

    bid: NaiveQuote
    ask: NaiveQuote
    price: int
    maker: Side
    unwound: bool = False
    pending: bool = True
    """Whether its order awaits payment."""
    answered: bool = False
    """Whether the provider has answered and waits for the buyer."""


@dataclass(slots=True)
class NaiveMarket:
    """All quotes and all trades, each in order of creation."""

    max_open: int
    max_unpaid: int
    quotes: list[NaiveQuote] = field(default_factory=list)
    trades: list[NaiveTrade] = field(default_factory=list)
    barred: dict[UserId, frozenset[Side]] = field(default_factory=dict)
    """The sides on which users may not trade."""
    withdrawn: list[tuple[UserId, WithdrawalReason, list[QuoteId]]] = field(default_factory=list)
    """The notifications about withdrawn quotes."""
    halts: dict[int, BookKey | None] = field(default_factory=dict)
    """The book that each halt covers, or None for every book, by the number of the halt."""
    fates: list[tuple[int, AskFate, WithdrawalReason | None]] = field(default_factory=list)
    """What the asks of unwound trades became, by the number of the trade."""
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
            q.user_id == user_id and q.side is side and q.status in STANDING for q in self.quotes
        )

    def unpaid_orders(self, buyer: UserId) -> int:
        """Return how many orders of a buyer await their payment."""
        return sum(trade.bid.user_id == buyer and trade.pending for trade in self.trades)

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
            time_in_force=command.time_in_force,
        )
        self._check_bar(quote)
        self._check_open(quote.book)
        other = self._meet(quote, now)
        if other is None and command.time_in_force is TimeInForce.IOC:
            others = [
                amount
                for q in map(self.quote, self.queue(quote.book, quote.side.opposite))
                if q.user_id != quote.user_id and q.expires_at > now
                for amount in [q.amount]
            ]
            raise NoCounterpart(best=others[0] if others else None)
        if other is None and self.open_quotes(quote.user_id, quote.side) >= self.max_open:
            raise TooManyOpenQuotes(side=quote.side, limit=self.max_open)
        self.arrivals += 1
        self.quotes.append(quote)
        if other is not None:
            self._trade(quote, other)

    def reprice(
        self, quote_id: QuoteId, amount: int | None, expires_at: datetime | None, now: datetime
    ) -> None:
        self._check_bar(self.quote(quote_id))
        quote = self._standing(quote_id)
        self._check_open(quote.book)
        if quote.expires_at <= now:
            raise QuoteNotActive(id=quote.id, side=quote.side, status=QuoteStatus.EXPIRED)
        other = None
        if amount is not None and amount != quote.amount:
            before = quote.amount, quote.arrival
            quote.amount, quote.arrival = amount, self.arrivals + 1
            try:
                other = self._meet(quote, now)
            except Exception:
                quote.amount, quote.arrival = before
                raise
            self.arrivals += 1
        if expires_at is not None:
            quote.expires_at = expires_at
        if other is not None:
            self._trade(quote, other)

    def cancel(self, quote_id: QuoteId) -> None:
        self._standing(quote_id).status = QuoteStatus.CANCELLED

    def expire(self, quote_id: QuoteId, now: datetime) -> None:
        quote = self.quote(quote_id)
        if quote.status in STANDING and quote.expires_at <= now:
            quote.status = QuoteStatus.EXPIRED

    def withdraw(self, quote_id: QuoteId) -> None:
        quote = self._standing(quote_id)
        self._withdraw([quote], WithdrawalReason.ADMIN)

    def withdraw_all(
        self, user_id: UserId, sides: Collection[Side], reason: WithdrawalReason
    ) -> None:
        theirs = [
            q
            for q in self.quotes
            if q.user_id == user_id and q.side in sides and q.status in STANDING
        ]
        theirs.sort(key=lambda quote: quote.arrival)
        if theirs:
            self._withdraw(theirs, reason)

    def unwind(self, number: int, now: datetime, *, ask_returns: bool) -> None:
        trade = self.trades[number]
        if trade.unwound:
            return
        trade.unwound = True
        trade.bid.status = trade.ask.status = QuoteStatus.CANCELLED
        fate, reason = AskFate.ENDED, None
        if ask_returns:
            fate, reason = self._return(trade.ask, now)
        self.fates.append((number, fate, reason))

    def halt(self, number: int, book: BookKey | None) -> None:
        if book not in self.halts.values():
            self.halts[number] = book

    def open(self, number: int, now: datetime) -> None:
        self.halts.pop(number, None)
        waiting = [q for q in self.quotes if q.status is QuoteStatus.WAITING]
        withdrawn: dict[tuple[UserId, WithdrawalReason], list[NaiveQuote]] = {}
        for ask in sorted(waiting, key=lambda quote: quote.arrival):
            if self._is_halted(ask.book):
                continue
            ask.status = QuoteStatus.CANCELLED
            _, reason = self._return(ask, now)
            if reason is not None:
                withdrawn.setdefault((ask.user_id, reason), []).append(ask)
        for (_, reason), asks in withdrawn.items():
            self._withdraw(asks, reason)

    # ---- rules ---------------------------------------------------------------------------

    def _is_barred(self, quote: NaiveQuote) -> bool:
        return quote.side in self.barred.get(quote.user_id, ())

    def _check_bar(self, quote: NaiveQuote) -> None:
        if self._is_barred(quote):
            if len(self.barred[quote.user_id]) == 1:
                raise TradingBarred(side=quote.side)
            raise TradingSuspended

    def _is_halted(self, book: BookKey) -> bool:
        return None in self.halts.values() or book in self.halts.values()

    def _check_open(self, book: BookKey) -> None:
        if self._is_halted(book):
            raise BookHalted(product_id=book.product_id, size=book.size, condition=book.condition)

    def _standing(self, quote_id: QuoteId) -> NaiveQuote:
        quote = self.quote(quote_id)
        if quote.status not in STANDING:
            raise QuoteNotActive(id=quote.id, side=quote.side, status=quote.status)
        return quote

    def _withdraw(self, quotes: list[NaiveQuote], reason: WithdrawalReason) -> None:
        for quote in quotes:
            quote.status = QuoteStatus.CANCELLED
        self.withdrawn.append((quotes[0].user_id, reason, [quote.id for quote in quotes]))

    def _return(self, ask: NaiveQuote, now: datetime) -> tuple[AskFate, WithdrawalReason | None]:
        if ask.time_in_force is TimeInForce.IOC:
            return AskFate.WITHDRAWN, WithdrawalReason.IMMEDIATE_OR_CANCEL
        if self._is_barred(ask):
            return AskFate.WITHDRAWN, WithdrawalReason.SUSPENDED
        if ask.expires_at <= now:
            ask.status = QuoteStatus.EXPIRED
            return AskFate.EXPIRED, None
        if self._is_halted(ask.book):
            ask.status = QuoteStatus.WAITING
            return AskFate.WAITING, None
        try:
            other = self._meet(ask, now, returning=True)
        except SelfTrade:
            return AskFate.WITHDRAWN, WithdrawalReason.OWN_COUNTERPART
        ask.status = QuoteStatus.ACTIVE
        if other is None:
            return AskFate.RETURNED, None
        self._trade(ask, other)
        return AskFate.TRADED, None

    def _drop_overdue(self, quote: NaiveQuote, now: datetime) -> None:
        """Whoever comes to the other side sees to it that its first quote has not expired."""
        for quote_id in self.queue(quote.book, quote.side.opposite):
            other = self.quote(quote_id)
            if other.expires_at > now:
                return
            other.status = QuoteStatus.EXPIRED

    def _meet(
        self, quote: NaiveQuote, now: datetime, *, returning: bool = False
    ) -> NaiveQuote | None:
        """Return whom a quote trades with. Raises why it trades with nobody that it reaches."""
        self._drop_overdue(quote, now)
        own, busy, other_party = None, False, None
        barred: list[UserId] = []
        held_up: dict[UserId, list[NaiveQuote]] = {}
        for other in map(self.quote, self.queue(quote.book, quote.side.opposite)):
            if quote.side is Side.BID and other.amount > quote.amount:
                break
            if quote.side is Side.ASK and other.amount < quote.amount:
                break
            if other.expires_at <= now:
                other.status = QuoteStatus.EXPIRED
            elif other.user_id == quote.user_id:
                own = own or other
            elif self._is_barred(other):
                barred.append(other.user_id)
            elif other.side is Side.BID and not returning and self._is_busy(other.user_id):
                if self._keeps_others_waiting(other.user_id):
                    held_up.setdefault(other.user_id, []).append(other)
                else:
                    busy = True
            else:
                other_party = other
                break
        for bids in held_up.values():
            self._withdraw(bids, WithdrawalReason.UNPAID_ORDERS)
        for user_id in barred:
            declined = self.barred[user_id] == {Side.BID}
            reason = WithdrawalReason.PAYMENTS_DECLINED if declined else WithdrawalReason.SUSPENDED
            self.withdraw_all(user_id, self.barred[user_id], reason)
        if other_party is not None:
            if quote.side is Side.BID and self._is_busy(quote.user_id):
                raise TooManyUnpaidOrders(limit=self.max_unpaid)
            return other_party
        if busy:
            raise CounterpartBusy(retry_after=5.0)
        if own is not None:
            raise SelfTrade(resting_id=own.id)
        return None

    def _keeps_others_waiting(self, buyer: UserId) -> bool:
        theirs = [trade for trade in self.trades if trade.bid.user_id == buyer and trade.pending]
        return sum(trade.answered for trade in theirs) >= self.max_unpaid

    def _is_busy(self, buyer: UserId) -> bool:
        return self.unpaid_orders(buyer) >= self.max_unpaid

    def _trade(self, one: NaiveQuote, other: NaiveQuote) -> None:
        bid, ask = (one, other) if one.side is Side.BID else (other, one)
        first = one if one.arrival < other.arrival else other
        bid.status = ask.status = QuoteStatus.MATCHED
        self.trades.append(NaiveTrade(bid, ask, first.amount, first.side))


def _goes_before(quote: NaiveQuote, other: NaiveQuote) -> bool:
    if quote.amount == other.amount:
        return quote.arrival < other.arrival
    return quote.amount > other.amount if quote.side is Side.BID else quote.amount < other.amount
