"""The counts of traders: upper bounds that are always right about the limits."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.decorators.forwarding_books import ForwardingBooks
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.bidding.trader_counts import TraderCounts
from solebook.ports.language.batch import UnpaidOrders
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Match, Quote, Side
from solebook.ports.language.rules import MarketRules

from ...ports.records import Records
from .market import build_market

LIMIT = 5
RULES = MarketRules(max_open_quotes=LIMIT, max_unpaid_orders=LIMIT)
TRADERS = [UserId(UUID(int=number)) for number in range(1, 4)]


class CountedBooks(ForwardingBooks):
    """Has some open quotes and unpaid orders, and notes of whom they were read."""

    def __init__(self) -> None:
        super().__init__(build_market().books)
        self.open: dict[tuple[UserId, Side], int] = {}
        self.unpaid: dict[UserId, int] = {}
        self.read: list[set[UserId]] = []

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        self.read.append({*user_ids})
        return {key: count for key, count in self.open.items() if key[0] in user_ids and count}

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        self.read.append({*buyer_ids})
        return {b: UnpaidOrders(n, n) for b, n in self.unpaid.items() if b in buyer_ids and n}


@pytest.fixture
def records() -> Records:
    clock = VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    return Records(SeededIds(1, clock), clock)


@pytest.fixture
def books() -> CountedBooks:
    return CountedBooks()


@pytest.fixture
def counts(books: CountedBooks) -> TraderCounts:
    return TraderCounts(books, RULES, shards=1)


def bids_of(records: Records, user_id: UserId, number: int) -> list[Quote]:
    return [records.bid(records.book(), user_id=user_id) for _ in range(number)]


def matches_of(records: Records, buyer_id: UserId, number: int) -> list[Match]:
    bids, ask = bids_of(records, buyer_id, number), records.ask(records.book())
    return [records.match(bid, ask) for bid in bids]


async def test_traders_far_below_the_limit_are_read_once(
    books: CountedBooks, counts: TraderCounts, records: Records
) -> None:
    one, other, _ = TRADERS
    books.open[one, Side.BID] = 1
    await counts.open_quotes({one}, 1)
    counts.add(bids_of(records, one, 2), [])
    found = await counts.open_quotes({one, other}, 1)
    assert (found[one, Side.BID], found[one, Side.ASK], found[other, Side.BID]) == (3, 0, 0)
    assert books.read == [{one}, {other}]


async def test_traders_near_the_limit_are_read_again(
    books: CountedBooks, counts: TraderCounts, records: Records
) -> None:
    buyer = TRADERS[0]
    await counts.unpaid_orders({buyer}, 1)
    counts.add([], matches_of(records, buyer, LIMIT - 1))
    books.unpaid[buyer] = 1  # the others were paid
    assert await counts.unpaid_orders({buyer}, 1) == {buyer: UnpaidOrders(1, 1)}
    assert len(books.read) == 2
    await counts.unpaid_orders({buyer}, LIMIT - 1)  # so many orders may reach the limit
    assert len(books.read) == 3


async def test_with_several_shards_everybody_is_read_each_time(books: CountedBooks) -> None:
    counts = TraderCounts(books, RULES, shards=2)
    for count in (0, 1, 2):
        books.open[TRADERS[0], Side.ASK] = count
        assert (await counts.open_quotes({TRADERS[0]}, 1))[TRADERS[0], Side.ASK] == count
        await counts.unpaid_orders({TRADERS[0]}, 1)
    assert len(books.read) == 6


STEPS = st.lists(
    st.tuples(st.sampled_from(TRADERS), st.integers(0, 3), st.integers(0, 4)), max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_a_count_is_exact_or_an_upper_bound_from_which_the_limit_is_not_reached(
    steps: list[tuple[UserId, int, int]], records: Records
) -> None:
    books = CountedBooks()
    counts = TraderCounts(books, RULES, shards=1)
    for trader, added, ended in steps:
        unpaid = (await counts.unpaid_orders({trader}, added))[trader].count
        open_bids = (await counts.open_quotes({trader}, added))[trader, Side.BID]
        for found, stored in (
            (unpaid, books.unpaid.get(trader, 0)),
            (open_bids, books.open.get((trader, Side.BID), 0)),
        ):
            assert found == stored or (stored < found and found + added < LIMIT)
        counts.add(bids_of(records, trader, added), matches_of(records, trader, added))
        books.unpaid[trader] = max(0, books.unpaid.get(trader, 0) + added - ended)
        books.open[trader, Side.BID] = max(0, books.open.get((trader, Side.BID), 0) + added - ended)
