"""A shard with all that an engine and its store do for it, and the naive market beside it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.bidding.commands import Cancel, Command, Expire, turn
from solebook.core.bidding.halting import HaltBooks, OpenBooks
from solebook.core.bidding.placements import Place, Reprice
from solebook.core.bidding.returns import Unwind
from solebook.core.bidding.shard import Shard
from solebook.core.bidding.standing_halts import StandingHalts
from solebook.core.bidding.stored import Stored, Wanted
from solebook.core.bidding.withdrawals import Withdraw, WithdrawAll
from solebook.ports.language.batch import UnpaidOrders
from solebook.ports.language.errors import Refusal
from solebook.ports.language.events import MatchUnwound, QuotesWithdrawn
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId, OrderId, QuoteId, UserId
from solebook.ports.language.market import (
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

from .folded_views import FoldedViews
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

MAX_OPEN = 3
MAX_UNPAID = 2
RULES = MarketRules(max_open_quotes=MAX_OPEN, max_unpaid_orders=MAX_UNPAID)
START = datetime(2026, 3, 2, tzinfo=UTC)


Naively: TypeAlias = Callable[[], None]
Heard: TypeAlias = tuple[Command[Any], Naively]


class TwoMarkets:
    """Both hear the same commands, and after each batch both must be the same."""

    def __init__(self) -> None:
        self.now = START
        self.ids = SeededIds(seed=3, clock=VirtualClock(START))
        self.shard = Shard(ids=self.ids, rules=RULES)
        self.naive = NaiveMarket(MAX_OPEN, MAX_UNPAID)
        self.quotes: dict[QuoteId, Quote] = {}
        self.seen: list[Quote] = []
        self.matches: dict[OrderId, Match] = {}
        self.settled: set[OrderId] = set()
        self.answered: set[OrderId] = set()
        """Whose orders are paid or cancelled."""
        self.barred: dict[UserId, frozenset[Side]] = {}
        self.halts: dict[HaltId, Halt] = {}
        """All that were committed, also those that ended."""
        self.asked_halts = 0
        self.told: list[QuotesWithdrawn | MatchUnwound] = []
        self.views = FoldedViews()
        self.lowest_asks = LowestAskChains()

    def run(self, run: Run) -> None:
        """Let both hear a batch of commands. Raises AssertionError where they differ."""
        self.now += timedelta(days=run.days)
        for step in run.steps:
            self._happen(step)
        before = self.naive.copy() if run.fails else self.naive
        heard = [heard for step in run.steps if (heard := self._hear(step)) is not None]
        stored = self._read([command for command, _ in heard])
        for command, naively in self._in_turn(heard, stored):
            answer = _outcome(partial(self._apply, command, stored))
            assert answer == _outcome(naively)
        if run.fails:
            self.naive = before
            self._reload()
        else:
            self._commit()
        self._compare()

    # ---- commands ------------------------------------------------------------------------

    def _happen(self, step: Step) -> None:
        """Let happen what is no command to the shard, but must be known to it."""
        match step:
            case Paying(target=target) | Unwinding(target=target) if self.matches:
                # An order is cancelled before its match is undone.
                number = target % len(self.matches)
                self.naive.trades[number].pending = False
                self.settled.add(list(self.matches)[number])
            case Answering(user=user):
                for number, match in enumerate(self.matches.values()):
                    if match.buyer_id == USERS[user]:
                        self.naive.trades[number].answered = True
                        self.answered.add(match.id)
            case Barring(user=user, sides=sides):
                self.naive.barred[USERS[user]] = frozenset(sides)
                self.barred[USERS[user]] = frozenset(sides)

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
        matches = {match_id: self.matches[match_id] for match_id in wanted.matches}
        for match in matches.values():
            wanted.quotes |= {match.bid_id, match.ask_id}
            ask = self.quotes[match.ask_id]
            wanted.trade(ask.user_id, Side.ASK, ask.book, ask.amount)
        wanted.add_owners(self.shard.owners)
        pending = [match for match in self.matches.values() if match.id not in self.settled]
        unpaid = Counter(match.buyer_id for match in pending)
        answered = Counter(match.buyer_id for match in pending if match.id in self.answered)
        barred = {u: sides for u, sides in self.barred.items() if sides and u in wanted.traders}
        return Stored(
            quotes={q: self.quotes[q] for q in wanted.quotes},
            matches=matches,
            halts={h: self.halts[h] for h in wanted.halts if h in self.halts},
            barred=barred,
            standing={
                user: [quote for quote in self._standing() if quote.user_id == user]
                for user in wanted.owners | barred.keys()
            },
            unpaid={b: UnpaidOrders(unpaid[b], answered[b]) for b in wanted.buyers},
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
        assert not batch.added.keys() & batch.changed.keys()
        assert not batch.added.keys() & self.quotes.keys()
        assert batch.changed.keys() <= self.quotes.keys()
        for quote in (*batch.added.values(), *batch.changed.values()):
            self.quotes[quote.id] = quote
            self.seen.append(quote)
        self.halts |= batch.halts
        for match_id in batch.unwound:
            match = self.matches[match_id]
            assert match.status is MatchStatus.OPEN, "a match is unwound once"
            self.matches[match_id] = replace(match, status=MatchStatus.UNWOUND)
        self.matches |= {match.id: match for match in batch.matches}
        for publication in self.shard.publications():
            self.views.tell(publication)
        changes = self.shard.lowest_ask_changes(self.now)
        assert all(change.changed_at == self.now for change in changes)
        self.lowest_asks.tell_batch(changes)
        for event in batch.events:
            assert isinstance(event, QuotesWithdrawn | MatchUnwound)
            self.told.append(event)
        self.shard.begin_batch()

    def _reload(self) -> None:
        books = self.shard.touched_books
        self.shard.begin_batch()
        self.shard.forget(books)
        self.shard.halts = StandingHalts(h for h in self.halts.values() if h.stands)
        self.shard.load(quote for quote in self._standing() if quote.book in books)
        for book in books:
            self.views.tell(self.shard.view(book))

    # ---- comparing -----------------------------------------------------------------------

    def _compare(self) -> None:
        """Assert that store, memory and public views are all as the naive market is."""
        for book in BOOKS:
            resting = list(self.shard.books.get(book, ()))
            assert all(quote == self.quotes[quote.id] for quote in resting)
            for side in Side:
                queue = self.naive.queue(book, side)
                assert [quote.id for quote in resting if quote.side is side] == queue
                amounts = [self.naive.quote(quote_id).amount for quote_id in queue]
                assert self.views.levels(book, side) == _levels(amounts)
            asks = self.naive.queue(book, Side.ASK)
            best = self.naive.quote(asks[0]).amount if asks else None
            assert self.lowest_asks.lowest.get(book) == best
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
        self._compare_rebuilt()
        for quote in self.quotes.values():
            if quote.status is QuoteStatus.MATCHED:
                assert quote.match_id is not None
                assert quote.id in (
                    self.matches[quote.match_id].bid_id,
                    self.matches[quote.match_id].ask_id,
                )

    def _withdrawn(self) -> list[QuotesWithdrawn]:
        return [event for event in self.told if isinstance(event, QuotesWithdrawn)]

    def _compare_rebuilt(self) -> None:
        """Assert that a shard that starts from the store has the same books."""
        rebuilt = Shard(ids=self.ids, rules=RULES)
        rebuilt.load(self._standing())
        for book in BOOKS:
            assert list(rebuilt.book(book)) == list(self.shard.book(book))
        for user in USERS:
            for side in Side:
                count = sum((q.user_id, q.side) == (user, side) for q in self._standing())
                assert rebuilt.count_open(user, side) == count
                assert self.shard.count_open(user, side) == count
        assert {q.id for q in self.shard.all_standing()} == {q.id for q in self._standing()}

    def _standing(self) -> list[Quote]:
        standing = [q for q in self.quotes.values() if q.status.stands]
        return sorted(standing, key=lambda quote: quote.sequence)


def _outcome(act: Callable[[], None]) -> object:
    """Return a refusal as something to compare, and None when nothing was refused."""
    try:
        act()
    except Refusal as refusal:
        return type(refusal), refusal.data()
    return None


def _levels(amounts: list[int]) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(amount, amounts.count(amount)) for amount in dict.fromkeys(amounts))
