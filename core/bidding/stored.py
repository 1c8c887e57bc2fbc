"""Read what a batch of commands needs from the store, once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self, TypeAlias, TypeVar

from ...ports.books import Books
from ...ports.language.batch import UnpaidOrders
from ...ports.language.errors import IdempotencyKeyReused, TradingBarred, TradingSuspended
from ...ports.language.halts import Halt
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import BookKey, Match, Quote, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.placement import Placement
from ...ports.language.withdrawals import Withdrawn
from ...ports.users import Traders
from .trader_counts import TraderCounts

K = TypeVar("K")
K2 = TypeVar("K2")
V = TypeVar("V")

Owners: TypeAlias = Callable[[BookKey, Side, Cents, int], Set[UserId]]
"""Returns the owners of the resting quotes that an incoming quote reaches: the first ones by
priority, up to a number. Arguments: book, side and amount of the incoming quote, the number."""


class LoadedBooks(Protocol):
    """The books in memory, loaded when a batch needs them."""

    @property
    def owners(self) -> Owners:
        """Finds the owners of the quotes that an incoming quote reaches in a loaded book."""
        ...

    def is_own(self, book: BookKey) -> bool:
        """Return whether a book belongs to this engine's shard."""
        ...

    async def load(self, wanted: "Wanted") -> None:
        """Load the requested books that are not loaded yet. Raises Unavailable."""
        ...


_SKIPPED = 50
"""How many owners a batch looks up in a book, in addition to one for each incoming quote."""
_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


@dataclass(slots=True)
class Coming:
    """The incoming quotes of one side of a book: their most aggressive amount, and their number."""

    amount: Cents
    count: int = 1


@dataclass(slots=True)
class Wanted:
    """What the commands of a batch request from the store, without duplicates."""

    keys: set[IdempotencyKey] = field(default_factory=set)
    withdrawals: set[IdempotencyKey] = field(default_factory=set)
    """Parts of withdrawals that may be repeated."""
    matches: set[OrderId] = field(default_factory=set)
    """Matches to read together with their quotes, because their asks may return."""
    quotes: set[QuoteId] = field(default_factory=set)
    placed: list[QuoteId] = field(default_factory=list)
    """Ids of quotes to place. The store has them already if the command is repeated."""
    owners: set[UserId] = field(default_factory=set)
    """Users whose standing quotes are all read, in addition to barred users."""
    may_open: bool = False
    """Whether a placed quote may rest, so the open quotes of traders must be counted."""
    halts: set[HaltId] = field(default_factory=set)
    traders: set[UserId] = field(default_factory=set)
    """Users whose quotes may trade in this batch."""
    buyers: set[UserId] = field(default_factory=set)
    """Users who may buy in this batch."""
    bids: dict[BookKey, Coming] = field(default_factory=dict)
    """The incoming bids of each book."""
    asks: dict[BookKey, Coming] = field(default_factory=dict)
    """The incoming asks of each book."""
    books: set[BookKey] = field(default_factory=set)
    """Other books that a command uses."""
    coming: int = 0
    """The number of incoming quotes: each may open an order, or come to rest."""
    every_book: bool = False
    """Whether a command may use every book of the shard."""

    def trade(self, user_id: UserId, side: Side, book: BookKey, amount: Cents) -> None:
        """Request what decides who an incoming quote trades with."""
        self.coming += 1
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
        """Also request owners of reached quotes: one for each incoming quote, and some to skip."""
        for book, bids in self.bids.items():
            found = owners(book, _BID, bids.amount, bids.count + _SKIPPED)
            if found:
                self.traders |= found
        for book, asks in self.asks.items():
            found = owners(book, _ASK, asks.amount, asks.count + _SKIPPED)
            if found:
                self.traders |= found
                self.buyers |= found
        self.bids.clear()
        self.asks.clear()


_NONE_UNPAID = UnpaidOrders(0, 0)


async def read_some(
    read: Callable[[Set[K]], Awaitable[Mapping[K2, V]]], keys: Set[K]
) -> Mapping[K2, V]:
    """Return what is read for the keys. Without any, nothing is asked."""
    return await read(keys) if keys else {}


@dataclass(frozen=True, slots=True)
class Stored:
    """What was read for a batch: the committed state when the batch began."""

    quotes: Mapping[QuoteId, Quote] = field(default_factory=dict)
    matches: Mapping[OrderId, Match] = field(default_factory=dict)
    answers: Mapping[IdempotencyKey, Placement | IdempotencyKeyReused] = field(default_factory=dict)
    withdrawals: Mapping[IdempotencyKey, Withdrawn] = field(default_factory=dict)
    """What earlier attempts at parts of withdrawals have withdrawn."""
    barred: Mapping[UserId, frozenset[Side]] = field(default_factory=dict)
    """The sides on which barred users may not trade. Other users are missing."""
    standing: Mapping[UserId, Sequence[Quote]] = field(default_factory=dict)
    """The standing quotes of the requested owners and of barred users, in this shard."""
    halts: Mapping[HaltId, Halt] = field(default_factory=dict)
    open_quotes: Mapping[tuple[UserId, Side], int] = field(default_factory=dict)
    """The number of open quotes of each user on each side, in all shards."""
    unpaid: Mapping[UserId, UnpaidOrders] = field(default_factory=dict)
    """The unpaid orders of every requested buyer."""

    @classmethod
    async def read(
        cls,
        wanted: Wanted,
        loaded: LoadedBooks,
        books: Books,
        traders: Traders,
        counts: TraderCounts,
        now: datetime,
    ) -> Self:
        """Read what is wanted, and load all books that a command may need.

        Kinds of data that no command requested cost no query. Raises Unavailable.
        """
        matches = await read_some(books.matches, wanted.matches)
        sides = {side for match in matches.values() for side in (match.bid_id, match.ask_id)}
        quotes = await read_some(books.get, sides)
        for match in matches.values():
            ask = quotes[match.ask_id]
            wanted.trade(ask.user_id, Side.ASK, ask.book, ask.amount)
        await loaded.load(wanted)
        openers = {*wanted.traders} if wanted.may_open else set()
        wanted.add_owners(loaded.owners)
        # At the same time, so that the batch waits for the slowest and not for each.
        others, unpaid, barred, open_quotes, answers, halts = await asyncio.gather(
            read_some(books.get, {*wanted.quotes, *wanted.placed}),
            read_some(lambda buyers: counts.unpaid_orders(buyers, wanted.coming), wanted.buyers),
            read_some(lambda users: traders.barred(users, now), wanted.traders),
            read_some(lambda users: counts.open_quotes(users, wanted.coming), openers),
            read_some(books.answered, wanted.keys),
            read_some(books.halts, wanted.halts),
        )
        quotes = {**quotes, **others}
        placed = (quotes.get(quote_id) for quote_id in wanted.placed) if quotes else ()
        made = {quote.match_id for quote in placed if quote is not None and quote.match_id}
        matches = {**matches, **await read_some(books.matches, made)}
        users = wanted.owners | barred.keys()
        standing: dict[UserId, list[Quote]] = {user: [] for user in users}
        for quote in await books.standing_of(users) if users else ():
            if loaded.is_own(quote.book):
                standing[quote.user_id].append(quote)
        withdrawals = await read_some(books.withdrawn, wanted.withdrawals)
        await loaded.load(Wanted(books={q.book for quotes in standing.values() for q in quotes}))
        return cls(
            quotes=quotes,
            matches=matches,
            answers=answers,
            withdrawals=withdrawals,
            barred=barred,
            standing=standing,
            halts=halts,
            open_quotes=open_quotes,
            unpaid={buyer: unpaid.get(buyer, _NONE_UNPAID) for buyer in wanted.buyers},
        )

    def may_trade(self, user_id: UserId, side: Side) -> bool:
        """Return whether a user may trade on a side."""
        return not self.barred or side not in self.barred.get(user_id, ())

    def is_busy(self, buyer: UserId, more: int, limit: int) -> bool:
        """Return whether a buyer with `more` orders of this batch has reached the unpaid limit.

        A buyer whose orders were not read counts as busy. This happens only if a search skips more
        owners than were looked up.
        """
        unpaid = self.unpaid.get(buyer)
        return unpaid is None or unpaid.count + more >= limit

    def keeps_others_waiting(self, buyer: UserId, limit: int) -> bool:
        """Return whether a buyer reached the unpaid limit without any delay by the exchange.

        Such a buyer decides how long the bids block sellers, so the bids are withdrawn.
        """
        unpaid = self.unpaid.get(buyer)
        return unpaid is not None and unpaid.answered >= limit

    def reason_to_withdraw(self, user_id: UserId) -> WithdrawalReason:
        """Return the reason to withdraw the quotes of a barred user."""
        barred = self.barred[user_id]
        declined = barred == {Side.BID}
        return WithdrawalReason.PAYMENTS_DECLINED if declined else WithdrawalReason.SUSPENDED

    def check_may_trade(self, user_id: UserId, side: Side) -> None:
        """Check that the user may trade on the side. Raises TradingSuspended, TradingBarred."""
        if not self.barred or self.may_trade(user_id, side):
            return
        if self.may_trade(user_id, side.opposite):
            raise TradingBarred(side=side)
        raise TradingSuspended
