"""A shard with its engine and store, compared with the naive market."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.bidding.book_loader import BookLoader
from solebook.core.bidding.commands import Cancel, Command, Expire, turn
from solebook.core.bidding.halting import HaltBooks, OpenBooks
from solebook.core.bidding.matching_engine import Unlimited
from solebook.core.bidding.placements import Place, Reprice
from solebook.core.bidding.publishing import Publisher
from solebook.core.bidding.recovery import Recovery
from solebook.core.bidding.returns import Unwind
from solebook.core.bidding.shard import Shard
from solebook.core.bidding.shard_book import ShardBook
from solebook.core.bidding.stored import Stored, Wanted
from solebook.core.bidding.trader_counts import TraderCounts
from solebook.core.bidding.withdrawals import Withdraw, WithdrawAll
from solebook.ports.language.errors import Refusal
from solebook.ports.language.events import MatchUnwound, QuotesWithdrawn
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId, OrderId, QuoteId
from solebook.ports.language.market import (
    BookKey,
    Match,
    MatchStatus,
    PriceLevel,
    Quote,
    QuoteStatus,
    Side,
    WithdrawalReason,
)
from solebook.ports.language.placement import Placement, PlaceQuote
from solebook.ports.language.rules import MarketRules

from .lowest_ask_chains import LowestAskChains
from .market_steps import (
    BOOKS,
    PRICES,
    USERS,
    Aiming,
    Answering,
    Barring,
    Cancelling,
    Expiring,
    Halting,
    Opening,
    Paying,
    Placing,
    Run,
    Step,
    Unwinding,
    Withdrawing,
    WithdrawingAll,
)
from .naive_book import NaiveMarket
from .plain_store import PlainStore, PlainViews, at_once

MAX_OPEN = 3
MAX_UNPAID = 2
RULES = MarketRules(max_open_quotes=MAX_OPEN, max_unpaid_orders=MAX_UNPAID)
START = datetime(2026, 3, 2, tzinfo=UTC)


Naively: TypeAlias = Callable[[], None]
Heard: TypeAlias = tuple[Command[Any], Naively]


class TwoMarkets:
    """Runs the same commands in both, and compares them after each batch."""

    def __init__(self) -> None:
        self.now = START
        self.ids = SeededIds(seed=3, clock=VirtualClock(START))
        self.naive = NaiveMarket(MAX_OPEN, MAX_UNPAID)
        self.store = PlainStore()
        self.views = PlainViews()
        self.seen: list[Quote] = []
        self.asked_halts = 0
        self.told: list[QuotesWithdrawn | MatchUnwound] = []
        self.lowest_asks = LowestAskChains()
        self._start()

    def _start(self) -> None:
        """Let another engine take over, which has loaded no book yet."""
        clock = VirtualClock(self.now)
        self.ownership = at_once(self.store.take(0, self.now))
        self.shard = Shard(ids=self.ids, rules=RULES)
        self.shard.begin(self.ownership.sequence)
        self.publisher = Publisher(
            self.views, self.shard, clock, number=0, shards=1, tenure=Unlimited()
        )
        self.loader = BookLoader(self.store, self.shard, self.publisher, clock, number=0, shards=1)
        self.counts = TraderCounts(self.store, RULES, shards=1)
        self.recovery = Recovery(self.store, self.shard, self.loader, self.publisher, clock)
        at_once(self.loader.read_halts())
        self.publisher.begin(self.ownership)

    @property
    def quotes(self) -> dict[QuoteId, Quote]:
        return self.store.quotes

    @property
    def matches(self) -> dict[OrderId, Match]:
        return self.store.made

    @property
    def halts(self) -> dict[HaltId, Halt]:
        return self.store.all_halts

    def run(self, run: Run) -> None:
        """Let both hear a batch of commands. Raises AssertionError where they differ."""
        self.now += timedelta(days=run.days)
        if run.restarts:
            self._start()
        for _ in range(run.loads):
            at_once(self.loader.load_more())
        for step in run.steps:
            self._happen(step)
        is_lost = run.fails and not run.takes_effect
        before = self.naive.copy() if is_lost else self.naive
        heard = [heard for step in run.steps if (heard := self._hear(step)) is not None]
        stored = self._read([command for command, _ in heard])
        for command, naively in self._in_turn(heard, stored):
            answer = _outcome(partial(self._apply, command, stored))
            assert answer == _outcome(naively)
        self.naive = before
        if not is_lost:
            self._commit()
        if run.fails:
            self.recovery.doubt()
            at_once(self.recovery.settle(self.ownership))
            for _ in range(run.loads):
                at_once(self.loader.load_more())
        else:
            self.publisher.note_batch()
            self.shard.begin_batch()
        self._compare()

    # ---- commands ------------------------------------------------------------------------

    def _happen(self, step: Step) -> None:
        """Let happen what is no command to the shard, but must be known to it."""
        match step:
            case Paying(target=target) | Unwinding(target=target) if self.matches:
                # An order is cancelled before its match is undone.
                number = target % len(self.matches)
                self.naive.trades[number].pending = False
                self.store.settled.add(list(self.matches)[number])
            case Answering(user=user):
                for number, match in enumerate(self.matches.values()):
                    if match.buyer_id == USERS[user]:
                        self.naive.trades[number].answered = True
                        self.store.answered_orders.add(match.id)
            case Barring(user=user, sides=sides):
                self.naive.barred[USERS[user]] = frozenset(sides)
                self.store.barred_users[USERS[user]] = frozenset(sides)

    def _in_turn(self, heard: list[Heard], stored: Stored) -> list[Heard]:
        """Return commands in the order in which the shard takes them: returning asks first."""

        def naive_turn(heard: Heard) -> tuple[bool, int]:
            if not isinstance(heard[0], Unwind):
                return True, 0
            number = list(self.matches).index(heard[0].match)
            return False, self.naive.trades[number].ask.arrival

        ordered = sorted(heard, key=naive_turn)
        shards = sorted(heard, key=lambda heard: turn(heard[0], stored))
        assert [command for command, _ in shards] == [command for command, _ in ordered]
        return ordered

    def _hear(self, step: Step) -> Heard | None:
        """Return the same command for both; none if there is nothing to aim at yet.

        Callers aim at what they saw committed, which may be long ago.
        """
        if isinstance(step, Placing):
            return self._placing(step)
        if isinstance(step, Unwinding):
            return self._unwinding(step) if self.matches else None
        if isinstance(step, WithdrawingAll):
            return self._withdrawing_all(step)
        if isinstance(step, Halting):
            return self._halting(step)
        if isinstance(step, Opening):
            return self._opening(step) if self.halts else None
        if isinstance(step, Paying | Answering | Barring):
            return None
        return self._aiming(step) if self.seen else None

    def _placing(self, step: Placing) -> Heard:
        command = PlaceQuote(
            id=QuoteId(self.ids.new()),
            side=step.side,
            user_id=USERS[step.user],
            book=BOOKS[step.book],
            amount=PRICES[step.price],
            expires_at=self.now + timedelta(days=step.days),
            time_in_force=step.time_in_force,
        )
        return Place(command), lambda: self.naive.place(command, self.now)

    def _unwinding(self, step: Unwinding) -> Heard:
        number = step.target % len(self.matches)
        match = list(self.matches.values())[number]
        return (
            Unwind(match.id, match.book, step.ask_returns),
            lambda: self.naive.unwind(number, self.now, ask_returns=step.ask_returns),
        )

    def _halting(self, step: Halting) -> Heard:
        book = None if step.book is None else BOOKS[step.book]
        self.asked_halts += 1
        number = self.asked_halts
        halt = Halt(
            id=HaltId(UUID(int=number)),
            product_id=BOOKS[0].product_id,
            size=None if book is None else book.size,
            condition=None if book is None else book.condition,
            halted_at=self.now,
        )
        return HaltBooks(halt), lambda: self.naive.halt(number, book)

    def _opening(self, step: Opening) -> Heard:
        standing = [halt.id for halt in self.halts.values() if halt.stands] or list(self.halts)
        halt_id = standing[step.target % len(standing)]
        return OpenBooks(halt_id), lambda: self.naive.open(halt_id.int, self.now)

    def _withdrawing_all(self, step: WithdrawingAll) -> Heard:
        user_id = USERS[step.user]
        return (
            WithdrawAll(user_id, step.sides, WithdrawalReason.SUSPENDED, None),
            lambda: self.naive.withdraw_all(user_id, step.sides, WithdrawalReason.SUSPENDED),
        )

    def _aiming(self, step: Aiming) -> Heard:
        quote = self.seen[step.target % len(self.seen)]
        if isinstance(step, Cancelling):
            return Cancel(quote), lambda: self.naive.cancel(quote.id)
        if isinstance(step, Expiring):
            return Expire(quote), lambda: self.naive.expire(quote.id, self.now)
        if isinstance(step, Withdrawing):
            withdraw = Withdraw(quote, WithdrawalReason.ADMIN, None)
            return withdraw, lambda: self.naive.withdraw(quote.id)
        amount = None if step.price is None else PRICES[step.price]
        expires_at = None if step.days is None else self.now + timedelta(days=step.days)
        return (
            Reprice(quote, amount, expires_at),
            lambda: self.naive.reprice(quote.id, amount, expires_at, self.now),
        )

    # ---- what the engine does ------------------------------------------------------------

    def _read(self, commands: list[Command[Any]]) -> Stored:
        wanted = Wanted()
        for command in commands:
            command.ask_for(wanted, self.shard)
        return at_once(
            Stored.read(wanted, self.loader, self.store, self.store, self.counts, self.now)
        )

    def _apply(self, command: Command[Any], stored: Stored) -> None:
        answer = command.apply(self.shard, stored, self.now)
        quote = answer.quote if isinstance(answer, Placement) else answer
        if isinstance(quote, Quote):
            assert quote == (self.shard.noted(quote.id) or self.quotes[quote.id])
        if isinstance(answer, Placement) and answer.match is not None:
            assert answer.match == self.shard.batch.matches[-1]
            assert answer.quote.match_id == answer.match.id

    def _commit(self) -> None:
        batch = self.shard.batch
        changes = self.shard.lowest_ask_changes(self.now)
        self.counts.add(self.shard.entered, batch.matches)
        at_once(self.store.commit(self.ownership, batch))
        self.seen += [*batch.added.values(), *batch.changed.values()]
        assert all(change.changed_at == self.now for change in changes)
        self.lowest_asks.tell_batch(changes)
        for event in batch.events:
            assert isinstance(event, QuotesWithdrawn | MatchUnwound)
            self.told.append(event)

    # ---- comparing -----------------------------------------------------------------------

    def _compare(self) -> None:
        """Assert that store, memory and public views are all as the naive market is."""
        assert at_once(self.publisher.tell())
        for book in BOOKS:
            self._compare_stored(book)
            if book not in self.shard.books:
                continue
            resting = list(self.shard.books[book])
            assert all(quote == self.quotes[quote.id] for quote in resting)
            for side in Side:
                queue = self.naive.queue(book, side)
                assert [quote.id for quote in resting if quote.side is side] == queue
                amounts = [self.naive.quote(quote_id).amount for quote_id in queue]
                assert self.views.folded.levels(book, side) == _levels(amounts)
        assert {(q.id, q.amount, q.expires_at, q.status) for q in self.quotes.values()} == {
            (q.id, q.amount, q.expires_at, q.status) for q in self.naive.quotes
        }
        assert [
            (m.bid_id, m.ask_id, m.price, m.maker, m.status is MatchStatus.UNWOUND)
            for m in self.matches.values()
        ] == [(t.bid.id, t.ask.id, t.price, t.maker, t.unwound) for t in self.naive.trades]
        assert [(e.user_id, e.reason, [q.id for q in e.quotes]) for e in self._withdrawn()] == (
            self.naive.withdrawn
        )
        halted = {halt.id.int for halt in self.halts.values() if halt.stands}
        assert halted == self.naive.halts.keys()
        assert {halt.id.int for halt in self.shard.halts} == halted
        numbers = {match_id: number for number, match_id in enumerate(self.matches)}
        unwound = [event for event in self.told if isinstance(event, MatchUnwound)]
        assert [(numbers[e.order_id], e.ask, e.withdrawal) for e in unwound] == self.naive.fates
        for quote in self.quotes.values():
            if quote.status is QuoteStatus.MATCHED:
                assert quote.match_id is not None
                assert quote.id in (
                    self.matches[quote.match_id].bid_id,
                    self.matches[quote.match_id].ask_id,
                )

    def _compare_stored(self, book: BookKey) -> None:
        """Assert that what is stored of a book, loaded or not, is as the naive market is."""
        standing = at_once(self.store.resting_in([book]))
        stored = ShardBook(book, (q for q in standing if q.status is QuoteStatus.ACTIVE))
        for side in Side:
            assert [quote.id for quote in stored.on(side)] == self.naive.queue(book, side)
        asks = self.naive.queue(book, Side.ASK)
        best = self.naive.quote(asks[0]).amount if asks else None
        assert self.lowest_asks.lowest.get(book) == best

    def _withdrawn(self) -> list[QuotesWithdrawn]:
        return [event for event in self.told if isinstance(event, QuotesWithdrawn)]


def _outcome(act: Callable[[], None]) -> object:
    """Return a refusal as something to compare, and None when nothing was refused."""
    try:
        act()
    except Refusal as refusal:
        return type(refusal), refusal.data()
    return None


def _levels(amounts: list[int]) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(amount, amounts.count(amount)) for amount in dict.fromkeys(amounts))
