"""Orders per second of one shard in memory, compared with books that only match.

    uv run nox -s bench -- shard [--events 1000000]

The shard does all its work between two commits: it collects what to read, applies a batch of
commands, and collects what to publish. Nothing is read or committed. The baseline keeps two sorted
lists of integers per book (`packed_books.py`). Both process the same stream batch by batch in turn,
so that a busy machine slows both. Both must find the same number of trades. Times are CPU times.
"""

import argparse
import gc
import json
import time
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.ids import SystemIds
from solebook.core.bidding.commands import Cancel, Command, Expire
from solebook.core.bidding.placements import Place
from solebook.core.bidding.shard import Shard
from solebook.core.bidding.stored import Stored, Wanted
from solebook.ports.language.batch import UnpaidOrders
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Quote, Side, Size
from solebook.ports.language.placement import Placement, PlaceQuote
from solebook.ports.language.rules import MarketRules

from .order_events import BOOKS, Event, Kind, stream_of
from .packed_books import Order, PackedBooks

START = datetime(2026, 3, 2, tzinfo=UTC)
BATCH = 256
"""The number of commands in a batch of the engine."""
EVER = 10_000_000
RULES = MarketRules(max_open_quotes=1_000_000, max_unpaid_orders=1_000_000)
SIZES = tuple(Size(str(size)) for size in range(6, 16))
PRODUCTS = tuple(ProductId(UUID(int=number)) for number in range(BOOKS // len(SIZES)))
BUYERS = tuple(UserId(UUID(int=2 * number)) for number in range(10_000))
SELLERS = tuple(UserId(UUID(int=2 * number + 1)) for number in range(10_000))
STORED = Stored(unpaid=dict.fromkeys(BUYERS, UnpaidOrders(0, 0)))
"""The data that an engine would have read: everybody may trade."""


class Caller:
    """Turns the events of a stream into commands, and remembers the placed quotes."""

    def __init__(self, ends: dict[int, int]) -> None:
        self._ends = ends
        self._ids = SystemIds(SystemClock())
        self._placed: dict[int, Quote] = {}

    def command(self, event: Event) -> Command[Any]:
        """Return the shard's command for an event."""
        if event.kind is Kind.PLACE:
            return Place(self._place(event.order))
        quote = self._placed.pop(event.order.number)
        return Cancel(quote) if event.kind is Kind.CANCEL else Expire(quote)

    def record(self, events: Sequence[Event], answers: Sequence[Any]) -> None:
        """Remember the resting quotes of the answers."""
        for event, answer in zip(events, answers, strict=True):
            if isinstance(answer, Placement):
                self._placed[event.order.number] = answer.quote
                if answer.match is not None:
                    del self._placed[event.order.number]

    def _place(self, order: Order) -> PlaceQuote:
        people = BUYERS if order.is_bid else SELLERS
        end = self._ends.get(order.number, EVER)
        return PlaceQuote(
            id=QuoteId(self._ids.new()),
            side=Side.BID if order.is_bid else Side.ASK,
            user_id=people[order.number * 7_919 % len(people)],
            book=book_of(order.book),
            amount=order.price,
            expires_at=time_of(end),
        )


def book_of(number: int) -> BookKey:
    """Return a new book key, because each request has its own object."""
    return BookKey(PRODUCTS[number // len(SIZES)], SIZES[number % len(SIZES)])


def time_of(position: int) -> datetime:
    """Return the time of the batch with this event."""
    return START + timedelta(seconds=position // BATCH)


def run_batch(shard: Shard, commands: Sequence[Command[Any]], now: datetime) -> list[Any]:
    """Process a batch as the engine does, without reading and committing."""
    wanted = Wanted()
    for command in commands:
        command.ask_for(wanted, shard)
    wanted.add_owners(shard.owners)
    return [command.apply(shard, STORED, now) for command in commands]


def end_batch(shard: Shard, now: datetime) -> int:
    """Do what the engine does after the commit of a batch, and return its number of trades."""
    trades = len(shard.batch.matches)
    shard.lowest_ask_changes(now)
    for book in shard.changed_books:
        book.level_changes()
    shard.begin_batch()
    return trades


def measure(count: int) -> dict[str, float]:
    """Return the events per second of the shard and of the baseline, and their ratio."""
    stream = stream_of(count)
    shard, caller = Shard(ids=SystemIds(SystemClock()), rules=RULES), Caller(stream.ends)
    peer = PackedBooks(BOOKS)
    shard_time = peer_time = 0.0
    trades = peer_trades = 0
    gc.freeze()  # keep the stream out of garbage collections
    events = iter(stream.events)
    position = 0
    while portion := list(islice(events, BATCH)):
        commands = [caller.command(event) for event in portion]
        now = time_of(position)
        begun = time.process_time()
        answers = run_batch(shard, commands, now)
        trades += end_batch(shard, now)
        shard_ended = time.process_time()
        peer_trades += run_peer(peer, portion)
        peer_time += time.process_time() - shard_ended
        shard_time += shard_ended - begun
        caller.record(portion, answers)
        position += len(portion)
    assert trades == peer_trades == stream.trades, (trades, peer_trades, stream.trades)
    return {
        "shard_per_second": round(count / shard_time),
        "packed_books_per_second": round(count / peer_time),
        "ratio": round(peer_time / shard_time, 3),
        "share_of_orders_matched": round(2 * trades / stream.placed, 3),
        "resting": stream.placed - 2 * trades - (count - stream.placed),
    }


def run_peer(peer: PackedBooks, events: Sequence[Event]) -> int:
    """Process events with the baseline, and return the number of trades."""
    trades = 0
    for event in events:
        if event.kind is not Kind.PLACE:
            peer.remove(event.order)
        elif peer.place(event.order) is not None:
            trades += 1
    return trades


def bytes_a_quote(count: int) -> int:
    """Return the memory per resting quote in bytes, with its id, for `count` resting quotes."""
    shard, caller = Shard(ids=SystemIds(SystemClock()), rules=RULES), Caller({})
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for first in range(0, count, BATCH):
        _rest(shard, caller, range(first, min(first + BATCH, count)))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) // count


def _rest(shard: Shard, caller: Caller, numbers: range) -> None:
    now = time_of(numbers.start)
    orders = (_far_apart(number) for number in numbers)
    run_batch(shard, [caller.command(Event(Kind.PLACE, order)) for order in orders], now)
    end_batch(shard, now)


def _far_apart(number: int) -> Order:
    """Return an order that matches no other."""
    is_bid = number % 2 == 0
    step = number % 50 * 100
    return Order(number, is_bid, number // 2 % BOOKS, 10_000 + step if is_bid else 30_000 - step)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--resting", type=int, default=200_000)
    arguments = parser.parse_args()
    figures = measure(arguments.events)
    print(json.dumps(figures | {"bytes_a_resting_quote": bytes_a_quote(arguments.resting)}))


if __name__ == "__main__":
    main()
