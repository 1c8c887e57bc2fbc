"""What a batch of commands must know of the store, read once for all of them."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self, TypeAlias

from ...ports.books import Books
from ...ports.language.batch import UnpaidOrders
from ...ports.language.errors import IdempotencyKeyReused, TradingBarred, TradingSuspended
from ...ports.language.halts import Halt
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import BookKey, Match, Quote, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.placement import Placement
from ...ports.users import Traders

Owners: TypeAlias = Callable[[BookKey, Side, Cents, int], Set[UserId]]
"""Tells whose resting quotes are reached by one on a side, at an amount, that comes to a book: the
first of them by priority, up to a number."""


class LoadedBooks(Protocol):
    """The books in memory, which are loaded when a batch needs them."""

    @property
    def owners(self) -> Owners:
        """Tells whose quotes one reaches that comes to a loaded book."""
        ...

    async def load(self, wanted: "Wanted") -> None:
        """Load the wanted books that are not loaded yet. Raises Unavailable."""
        ...


_PASSED_OVER = 50
"""How many owners a batch looks up in a book beside one for each quote that comes to it."""
_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


@dataclass(slots=True)
class Coming:
    """The quotes of one side that come to a book: the most generous amount, and how many."""

    amount: Cents
    count: int = 1


@dataclass(slots=True)
class Wanted:
    """What the commands of a batch ask to be read, each thing once."""

    keys: set[IdempotencyKey] = field(default_factory=set)
    matches: set[OrderId] = field(default_factory=set)
    """Read with their quotes, whose asks may return."""
    quotes: set[QuoteId] = field(default_factory=set)
    placed: list[QuoteId] = field(default_factory=list)
    """Quotes that are to be placed, and were before if the command is repeated."""
    owners: set[UserId] = field(default_factory=set)
    """Users whose standing quotes are all read, beside those who may not trade."""
    may_open: bool = False
    """Whether a quote of one who trades may come to rest, of which only so many may."""
    halts: set[HaltId] = field(default_factory=set)
    traders: set[UserId] = field(default_factory=set)
    """Users whose quotes may trade in this batch."""
    buyers: set[UserId] = field(default_factory=set)
    """Users who may buy in this batch."""
    bids: dict[BookKey, Coming] = field(default_factory=dict)
    """The bids that come to each book."""
    asks: dict[BookKey, Coming] = field(default_factory=dict)
    """The asks that come to each book."""
    books: set[BookKey] = field(default_factory=set)
    """Other books in which something is done."""
    every_book: bool = False
    """Whether something may be done in every book of the shard."""

    def trade(self, user_id: UserId, side: Side, book: BookKey, amount: Cents) -> None:
        """Ask for what decides whom a quote trades with that comes to a book."""
        self.traders.add(user_id)
        if side is _BID:
            self.buyers.add(user_id)
        coming = self.bids if side is _BID else self.asks
        first = Coming(amount)
        others = coming.setdefault(book, first)
        if others is first:
            return
        others.count += 1
        if amount > others.amount if side is _BID else amount < others.amount:
            others.amount = amount

    def add_owners(self, owners: Owners) -> None:
        """Ask also for the owners of what these quotes reach: one each, and some to pass over."""
        for book, bids in self.bids.items():
            found = owners(book, _BID, bids.amount, bids.count + _PASSED_OVER)
            if found:
                self.traders |= found
        for book, asks in self.asks.items():
            found = owners(book, _ASK, asks.amount, asks.count + _PASSED_OVER)
            if found:
                self.traders |= found
                self.buyers |= found
        self.bids.clear()
        self.asks.clear()


_NONE_UNPAID = UnpaidOrders(0, 0)


@dataclass(frozen=True, slots=True)
class Stored:
    """What was read, as it was committed when the batch began."""

    quotes: Mapping[QuoteId, Quote] = field(default_factory=dict)
    matches: Mapping[OrderId, Match] = field(default_factory=dict)
    answers: Mapping[IdempotencyKey, Placement | IdempotencyKeyReused] = field(default_factory=dict)
    barred: Mapping[UserId, frozenset[Side]] = field(default_factory=dict)
    """The sides on which users may not trade, for those who may not."""
    standing: Mapping[UserId, Sequence[Quote]] = field(default_factory=dict)
    """The quotes that rest or wait, of the owners who were asked for and those who are barred."""
    halts: Mapping[HaltId, Halt] = field(default_factory=dict)
    open_quotes: Mapping[tuple[UserId, Side], int] = field(default_factory=dict)
    """How many quotes of users stand or wait, in the books of all shards."""
    unpaid: Mapping[UserId, UnpaidOrders] = field(default_factory=dict)
    """How many orders of buyers await payment, for all who were asked for."""

    @classmethod
    async def read(
        cls,
        wanted: Wanted,
        loaded: LoadedBooks,
        books: Books,
        traders: Traders,
        now: datetime,
    ) -> Self:
        """Read what is wanted: at most once of each kind. Raises Unavailable.

        All books are loaded that a command may need.
        """
        matches = await books.matches(wanted.matches) if wanted.matches else {}
        for match in matches.values():
            wanted.quotes |= {match.bid_id, match.ask_id}
        ids = [*wanted.quotes, *wanted.placed]
        quotes = await books.get(ids) if ids else {}
        for match in matches.values():
            ask = quotes[match.ask_id]
            wanted.trade(ask.user_id, Side.ASK, ask.book, ask.amount)
        placed = (quotes.get(quote_id) for quote_id in wanted.placed) if quotes else ()
        made = {quote.match_id for quote in placed if quote is not None and quote.match_id}
        if made:
            matches = {**matches, **await books.matches(made)}
        await loaded.load(wanted)
        openers = {*wanted.traders} if wanted.may_open else set()
        wanted.add_owners(loaded.owners)
        unpaid = await books.unpaid_orders(wanted.buyers) if wanted.buyers else {}
        barred = await traders.barred(wanted.traders, now) if wanted.traders else {}
        users = wanted.owners | barred.keys()
        standing: dict[UserId, list[Quote]] = {user: [] for user in users}
        for quote in await books.standing_of(users) if users else ():
            standing[quote.user_id].append(quote)
        await loaded.load(Wanted(books={q.book for quotes in standing.values() for q in quotes}))
        return cls(
            quotes=quotes,
            matches=matches,
            answers=await books.answered(wanted.keys) if wanted.keys else {},
            barred=barred,
            standing=standing,
            halts=await books.halts(wanted.halts) if wanted.halts else {},
            open_quotes=await books.open_quotes(openers) if openers else {},
            unpaid={buyer: unpaid.get(buyer, _NONE_UNPAID) for buyer in wanted.buyers},
        )

    def may_trade(self, user_id: UserId, side: Side) -> bool:
        """Whether a user may trade on a side."""
        return not self.barred or side not in self.barred.get(user_id, ())

    def is_busy(self, buyer: UserId, more: int, limit: int) -> bool:
        """Whether a buyer with `more` orders of this batch has as many unpaid ones as allowed.

        Of somebody who was not asked for, that is to be feared: so many others were in the way.
        """
        unpaid = self.unpaid.get(buyer)
        return unpaid is None or unpaid.count + more >= limit

    def keeps_others_waiting(self, buyer: UserId, limit: int) -> bool:
        """Whether a buyer has as many unpaid orders as allowed, and not for the exchange's delay.

        They would stand in others' way for as long as the buyer likes.
        """
        unpaid = self.unpaid.get(buyer)
        return unpaid is not None and unpaid.answered >= limit

    def reason_to_withdraw(self, user_id: UserId) -> WithdrawalReason:
        """Return why quotes of a user are withdrawn who may not trade."""
        barred = self.barred[user_id]
        declined = barred == {Side.BID}
        return WithdrawalReason.PAYMENTS_DECLINED if declined else WithdrawalReason.SUSPENDED

    def check_may_trade(self, user_id: UserId, side: Side) -> None:
        """Raise TradingSuspended or TradingBarred unless the user may trade on the side."""
        if not self.barred or self.may_trade(user_id, side):
            return
        if self.may_trade(user_id, side.opposite):
            raise TradingBarred(side=side)
        raise TradingSuspended
