"""How many orders a second one shard takes in memory, against books that do nothing but match.

    uv run nox -s bench -- shard [--events 1000000]

The shard does all that it does between two commits: it says what is to be read, applies the
commands of a batch, and says what is to be published. Nothing is read and nothing is committed. The
peer keeps two sorted lists of integers a book (`packed_books.py`). Both take each portion of the
same stream in turn, so that a busy machine slows both, and both must come to the same trades. Times
are of the processor.
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
"""As many commands as an engine commits at once."""
EVER = 10_000_000
RULES = MarketRules(max_open_quotes=1_000_000, max_unpaid_orders=1_000_000)
SIZES = tuple(Size(str(size)) for size in range(6, 16))
PRODUCTS = tuple(ProductId(UUID(int=number)) for number in range(BOOKS // len(SIZES)))
BUYERS = tuple(UserId(UUID(int=2 * number)) for number in range(10_000))
SELLERS = tuple(UserId(UUID(int=2 * number + 1)) for number in range(10_000))
STORED = Stored(unpaid=dict.fromkeys(BUYERS, UnpaidOrders(0, 0)))
"""What an engine would have read: everybody may trade."""


class Caller:
    """Turns the events of a stream into commands, and remembers the quotes that were placed."""

    def __init__(self, ends: dict[int, int]) -> None:
        self._ends = ends
        self._ids = SystemIds(SystemClock())
        self._placed: dict[int, Quote] = {}

    def command(self, event: Event) -> Command[Any]:
        """Return what an event asks of the shard."""
        if event.kind is Kind.PLACE:
            return Place(self._place(event.order))
        quote = self._placed.pop(event.order.number)
        return Cancel(quote) if event.kind is Kind.CANCEL else Expire(quote)

    def hear(self, events: Sequence[Event], answers: Sequence[Any]) -> None:
        """Remember what was answered."""
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
    """Return a book's name, as anew as each request brings it."""
    return BookKey(PRODUCTS[number // len(SIZES)], SIZES[number % len(SIZES)])


def time_of(position: int) -> datetime:
    """Return when the batch with an event comes."""
    return START + timedelta(seconds=position // BATCH)


def run_batch(shard: Shard, commands: Sequence[Command[Any]], now: datetime) -> list[Any]:
    """Do what an engine does with a batch, but for reading and committing."""
    wanted = Wanted()
    for command in commands:
        command.ask_for(wanted, shard)
    wanted.add_owners(shard.owners)
    return [command.apply(shard, STORED, now) for command in commands]


def end_batch(shard: Shard, now: datetime) -> int:
    """Do what an engine does once a batch is committed; return how many trades it had."""
    trades = len(shard.batch.matches)
    shard.lowest_ask_changes(now)
    for book in shard.changed_books:
        book.level_changes()
    shard.begin_batch()
    return trades


def measure(count: int) -> dict[str, float]:
    """Return how many events a second the shard and the peer take, and their ratio."""
    stream = stream_of(count)
    shard, caller = Shard(ids=SystemIds(SystemClock()), rules=RULES), Caller(stream.ends)
    peer = PackedBooks(BOOKS)
    shard_time = peer_time = 0.0
    trades = peer_trades = 0
    gc.freeze()  # the stream is none of the shard's garbage
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
        caller.hear(portion, answers)
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
    """Let the peer hear some events; return how many trades there were."""
    trades = 0
    for event in events:
        if event.kind is not Kind.PLACE:
            peer.remove(event.order)
        elif peer.place(event.order) is not None:
            trades += 1
    return trades


def bytes_a_quote(count: int) -> int:
    """Return how many bytes a resting quote takes, its own id included, if so many rest."""
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
    """Return an order that meets no other, whatever its number."""
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
