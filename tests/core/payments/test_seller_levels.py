"""How sellers reach levels, and how long they keep them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.payments.levels.record_completed_sale import RecordCompletedSale
from solebook.core.payments.levels.seller_levels import level_of
from solebook.core.payments.quote_fees import QuoteFees
from solebook.ports.language.events import OrderDelivered
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.payments import Quarter, SalesVolume
from solebook.ports.language.rules import MarketRules

from ...exchange import Exchange

RULES = MarketRules()
NOTHING = SalesVolume()
SELLER, OTHER = UserId(UUID(int=1)), UserId(UUID(int=2))
VOLUMES = st.builds(SalesVolume, st.integers(0, 1_000), st.integers(0, 12_000_000))


@pytest.mark.parametrize(
    ("sales", "level"),
    [(0, 1), (11, 1), (12, 2), (39, 2), (40, 3), (199, 3), (200, 4), (799, 4), (800, 5)],
)
def test_a_level_is_reached_by_the_number_of_sales(sales: int, level: int) -> None:
    assert level_of(SalesVolume(sales, 0), NOTHING, RULES) == level


@pytest.mark.parametrize(
    ("volume", "level"),
    [
        (149_999, 1),
        (150_000, 2),
        (499_999, 2),
        (500_000, 3),
        (2_499_999, 3),
        (2_500_000, 4),
        (9_999_999, 4),
        (10_000_000, 5),
        (10**12, 5),
    ],
)
def test_a_level_is_reached_by_the_volume_of_sales(volume: int, level: int) -> None:
    assert level_of(SalesVolume(1, volume), NOTHING, RULES) == level


@given(VOLUMES, VOLUMES)
def test_the_better_of_two_quarters_counts(this: SalesVolume, last: SalesVolume) -> None:
    alone = max(level_of(this, NOTHING, RULES), level_of(last, NOTHING, RULES))
    assert level_of(this, last, RULES) == level_of(last, this, RULES) == alone


@given(VOLUMES, st.integers(0, 12_000_000))
def test_one_more_sale_never_lowers_a_level(quarter: SalesVolume, price: int) -> None:
    more = SalesVolume(quarter.sales + 1, quarter.volume + price)
    assert level_of(quarter, NOTHING, RULES) <= level_of(more, NOTHING, RULES)


# ---- over time -------------------------------------------------------------------------------


@pytest.fixture
def quote_fees(store: Store, clock: VirtualClock) -> QuoteFees:
    return QuoteFees(seller_records=store.seller_records, clock=clock, rules=RULES)


async def complete(store: Store, at: datetime, sales: int, price: int = 10_000) -> None:
    record = RecordCompletedSale(store.transaction, store.seller_records)
    for number in range(sales):
        await record(OrderDelivered(OrderId(UUID(int=number)), OTHER, SELLER, price, at))


async def level(quote_fees: QuoteFees) -> int:
    (fees,) = await quote_fees.quote([(SELLER, 20_000)])
    return fees.seller_level


async def test_a_level_counts_at_once_and_for_the_next_quarter(
    store: Store, clock: VirtualClock, quote_fees: QuoteFees
) -> None:
    await complete(store, clock.now(), 11)
    assert await level(quote_fees) == 1
    await complete(store, clock.now(), 1)
    assert await level(quote_fees) == 2
    july = datetime(2026, 7, 1, tzinfo=UTC)  # it is March
    await clock.advance(july - clock.now() - timedelta(microseconds=1))
    assert await level(quote_fees) == 2
    await clock.advance(timedelta(microseconds=1))
    assert await level(quote_fees) == 1


async def test_sales_of_two_quarters_do_not_add_up(
    store: Store, clock: VirtualClock, quote_fees: QuoteFees
) -> None:
    await complete(store, clock.now() - timedelta(days=90), 11)
    await complete(store, clock.now(), 11)
    assert await level(quote_fees) == 1


async def test_fees_are_returned_in_the_order_of_the_request(
    store: Store, clock: VirtualClock, quote_fees: QuoteFees
) -> None:
    await complete(store, clock.now(), 12)
    quotes = await quote_fees.quote([(OTHER, 20_000), (SELLER, 10_000), (OTHER, 30_000)])
    assert [(fees.seller_level, fees.transaction) for fees in quotes] == [
        (1, 1_800),
        (2, 850),
        (1, 2_700),
    ]


@pytest.mark.parametrize(
    ("instant", "quarter"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), Quarter(2026, 1)),
        (datetime(2026, 3, 31, 23, 59, tzinfo=UTC), Quarter(2026, 1)),
        (datetime(2026, 4, 1, tzinfo=UTC), Quarter(2026, 2)),
        (datetime(2026, 12, 31, tzinfo=UTC), Quarter(2026, 4)),
    ],
)
def test_a_sale_belongs_to_the_quarter_of_its_day(instant: datetime, quarter: Quarter) -> None:
    assert Quarter.of(instant) == quarter


def test_the_quarter_before_january_was_last_year() -> None:
    assert Quarter(2026, 1).previous == Quarter(2025, 4)
    assert Quarter(2026, 3).previous == Quarter(2026, 2)


async def test_delivered_pair_counts_once_despite_duplicates(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.DELIVERED, price=150_000)
    for message in list(exchange.bus.published):
        await exchange.bus.publish(message)
    order = await exchange.trade(OrderStatus.PENDING)
    assert order.fees.seller_level == 2
    now = Quarter.of(exchange.clock.now())
    seller = exchange.seller.user_id
    records = await exchange.store.seller_records.of([seller], [now])
    assert records == {(seller, now): SalesVolume(1, 150_000)}


async def test_fees_stay_as_they_were_at_the_match(exchange: Exchange) -> None:
    early = await exchange.trade(OrderStatus.PENDING)
    await exchange.trade(OrderStatus.DELIVERED, price=150_000)
    late = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.bring(early.id, OrderStatus.DELIVERED)
    await exchange.later(timedelta(days=3))
    assert (await exchange.payout(early.id)).amount == 17_600
    assert (await exchange.payout(late.id)).amount == 17_700
