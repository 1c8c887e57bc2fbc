"""Contract of Portfolios."""

from dataclasses import replace
from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.analytics import Sale
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import BookKey, Condition
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.portfolios import PortfolioValue
from solebook.ports.language.steps import RecordedStep, StockReserved

from .pages import all_pages
from .records import FEES, Records
from .shard import Shard

WEEK = timedelta(weeks=1)


async def bought(
    shard: Shard,
    records: Records,
    buyer_id: UserId,
    book: BookKey,
    *,
    price: int,
    later: timedelta = timedelta(0),
    status: OrderStatus = OrderStatus.DELIVERED,
    payment: PaymentStatus = PaymentStatus.CAPTURED,
) -> Order:
    """Store an order in a state, matched some time after the others' instant."""
    match, bid, ask = shard.new_match(
        book, price=price, buyer_id=buyer_id, matched_at=records.instant + later
    )
    bid = replace(bid, user_id=buyer_id)
    opened = records.opened(match)
    await shard.commit(records.batch(bid, ask, matches=[match], opened=[opened]))
    version = opened.order.version + 1
    order = replace(opened.order, version=version, status=status, payment_status=payment)
    step = RecordedStep(order.id, version, order.updated_at, StockReserved())
    async with shard.store.transaction():
        await shard.store.orders.save(order, [step])
    return order


async def sold(store: Store, records: Records, book: BookKey, price: int, later: timedelta) -> Sale:
    sale = records.sale(book, price=price, sold_at=records.instant + later)
    async with store.transaction():
        await store.tape.record(sale)
    return sale


async def test_pairs_are_held_from_payment_on_until_they_are_refunded(
    store: Store, records: Records, shard: Shard
) -> None:
    me, book = records.user_id(), records.book()
    held = {
        status
        for status in OrderStatus
        if status not in (OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
    }
    kept = []
    for status in OrderStatus:
        order = await bought(shard, records, me, book, price=10_000, status=status)
        assert order.is_held is (status in held)
        kept += [order.id] if status in held else []
    for payment in set(PaymentStatus) - {PaymentStatus.CAPTURED}:
        await bought(shard, records, me, book, price=10_000, payment=payment)
    await bought(shard, records, records.user_id(), book, price=10_000)

    listed = await all_pages(lambda request: store.portfolios.holdings(me, request))
    [value] = await store.portfolios.values(me, [records.instant])

    assert [holding.order_id for holding in listed] == kept[::-1]
    assert value.pairs == len(kept)


async def test_pair_is_worth_the_last_sale_of_its_book_and_its_price_without_one(
    store: Store, records: Records, shard: Shard
) -> None:
    me = records.user_id()
    nine = records.book(size="9")
    ten = records.book(nine.product_id, "10")
    used = records.book(nine.product_id, "9", condition=Condition.USED)
    orders = [await bought(shard, records, me, book, price=10_000) for book in (nine, ten, used)]
    await sold(store, records, nine, 11_000, WEEK)
    await sold(store, records, nine, 12_000, 3 * WEEK)
    await sold(store, records, nine, 13_000, 2 * WEEK)
    await sold(store, records, used, 7_000, WEEK)
    voided = await sold(store, records, nine, 99_000, 4 * WEEK)
    async with store.transaction():
        await store.tape.void(voided.order_id)

    page = await store.portfolios.holdings(me, PageRequest())

    assert {holding.order_id: holding.value for holding in page.items} == dict(
        zip((order.id for order in orders), (12_000, 10_000, 7_000), strict=True)
    )
    first = page.items[-1]
    assert (first.book, first.status, first.bought_at) == (
        nine,
        OrderStatus.DELIVERED,
        orders[0].matched_at,
    )
    assert first.paid == 10_000 + FEES.shipping
    assert first.gain == 12_000 - first.paid


async def test_of_sales_at_one_instant_the_later_one_counts(
    store: Store, records: Records, shard: Shard
) -> None:
    me, book = records.user_id(), records.book()
    await bought(shard, records, me, book, price=10_000)
    await sold(store, records, book, 12_000, WEEK)
    await sold(store, records, book, 11_000, WEEK)

    [holding] = (await store.portfolios.holdings(me, PageRequest())).items
    [value] = await store.portfolios.values(me, [records.instant + WEEK])

    assert (holding.value, value.value) == (11_000, 11_000)


async def test_values_are_of_what_was_bought_and_sold_by_each_instant(
    store: Store, records: Records, shard: Shard
) -> None:
    me, one, other = records.user_id(), records.book(), records.book()
    await bought(shard, records, me, one, price=10_000)
    await bought(shard, records, me, one, price=12_000)
    await bought(shard, records, me, other, price=20_000, later=2 * WEEK)
    await sold(store, records, one, 9_000, WEEK)
    await sold(store, records, one, 15_000, 3 * WEEK)
    start = records.instant
    instants = [start + 3 * WEEK, start - WEEK, start, start + WEEK, start + 2 * WEEK]

    found = await store.portfolios.values(me, instants)

    two, three = 22_000 + 2 * FEES.shipping, 42_000 + 3 * FEES.shipping
    assert list(found) == [
        PortfolioValue(instants[0], 3, three, 50_000, start),
        PortfolioValue(instants[1], 0, 0, 0, None),
        PortfolioValue(instants[2], 2, two, 22_000, start),
        PortfolioValue(instants[3], 2, two, 18_000, start),
        PortfolioValue(instants[4], 3, three, 38_000, start),
    ]
    assert [
        value.pairs for value in await store.portfolios.values(records.user_id(), instants)
    ] == [0] * 5
