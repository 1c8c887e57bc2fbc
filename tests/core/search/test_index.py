"""The index follows the catalogue and the trades, and can be rebuilt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.composition.engine import engine_of
from solebook.core.search.documents import document_of
from solebook.core.search.index_product import IndexProduct
from solebook.core.search.reindex_products import ReindexProducts
from solebook.core.search.update_figures import UpdateFigures
from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import QuoteNotActive, Unavailable
from solebook.ports.language.events import LowestAskChanged, ProductChanged
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import Condition, Quote, Side
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.search import MarketFigures, SearchHit, SearchQuery

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()


async def hits(exchange: Exchange, text: str = "") -> list[SearchHit]:
    return list((await exchange.app.adapters.search_index.search(SearchQuery(text))).hits)


async def figures(exchange: Exchange) -> tuple[int | None, int]:
    """Return the indexed lowest ask and sales of the exchange's product."""
    [hit] = [hit for hit in await hits(exchange) if hit.product_id == exchange.product.id]
    return hit.lowest_ask, hit.sales


async def another(exchange: Exchange, number: int = 1) -> Product:
    return await exchange.app.catalog.create_product(
        exchange.admin,
        style_code=f"AB-{number}",
        brand="Another",
        model="Runner",
        colorway="Green",
        retail_price=9_000,
        release_date=date(2022, 1, 1),
        sizes=["9", "10"],
        images=[],
    )


# ---- the catalogue -------------------------------------------------------------------------------


async def test_a_product_is_found_after_its_creation_and_after_an_edit(
    exchange: Exchange,
) -> None:
    product = await another(exchange)
    await exchange.workers.settle()
    [hit] = await hits(exchange, "another")
    assert (hit.product_id, hit.colorway, hit.sizes) == (product.id, "Green", product.sizes)
    await exchange.app.catalog.edit_product(exchange.admin, product.id, colorway="Crimson")
    await exchange.workers.settle()
    assert [hit.product_id for hit in await hits(exchange, "crimsn")] == [product.id]
    assert await hits(exchange, "green") == []


async def test_a_product_is_indexed_from_the_store_and_not_from_a_stale_cache(
    exchange: Exchange,
) -> None:
    product, cache = exchange.product, exchange.app.adapters.product_cache
    edited = await exchange.app.catalog.edit_product(
        exchange.admin, product.id, colorway="Crimson", sizes=["9", "12"]
    )

    async def stale() -> Product:
        return product

    assert await cache.get(product.id, stale) == product
    await exchange.app.search.index_product(ProductChanged(product.id, edited.version))
    [hit] = await hits(exchange, "crimson")
    assert hit.sizes == edited.sizes
    assert await exchange.app.catalog.view_product(product.id) == product


async def test_figures_that_were_read_later_are_written_later(exchange: Exchange) -> None:
    update: UpdateFigures = exchange.app.search.update_figures
    read = update.read_figures
    has_read, may_return = asyncio.Event(), asyncio.Event()

    class SlowFigures:
        """Reads at once, and returns later."""

        async def __call__(self, product: Product) -> MarketFigures:
            found = await read(product)
            has_read.set()
            await may_return.wait()
            return found

    async def lower_ask(amount: int) -> LowestAskChanged:
        book = (await exchange.ask(exchange.seller, amount)).quote.book
        return LowestAskChanged(book, None, amount, exchange.clock.now())

    slow = replace(update, read_figures=SlowFigures())  # type: ignore[arg-type]  # they are figures
    first = asyncio.create_task(slow(await lower_ask(20_000)))
    await has_read.wait()
    second = asyncio.create_task(update(await lower_ask(15_000)))
    for _ in range(10):  # enough for it to finish, if it did not wait
        await asyncio.sleep(0)
    may_return.set()
    await asyncio.gather(first, second)
    assert await figures(exchange) == (15_000, 0)


async def test_late_and_duplicate_events_change_nothing(exchange: Exchange) -> None:
    product_id = exchange.product.id
    await exchange.app.catalog.edit_product(exchange.admin, product_id, colorway="Crimson")
    await exchange.workers.settle()
    before = await hits(exchange)
    for version in (1, 2, 1):
        await exchange.app.search.index_product(ProductChanged(product_id, version))
    assert await hits(exchange) == before
    assert before[0].colorway == "Crimson"


async def test_a_change_that_cannot_be_read_yet_is_retried(exchange: Exchange) -> None:
    index_product: IndexProduct = exchange.app.search.index_product
    with pytest.raises(Unavailable):
        await index_product(ProductChanged(exchange.product.id, 2))


async def test_a_product_indexed_late_has_its_figures(exchange: Exchange) -> None:
    exchange.bus.failing["search.index_product:product.changed"] = 1
    product = exchange.product = await another(exchange)
    await exchange.workers.settle()
    assert await hits(exchange, "another") == []
    await exchange.trade()
    await exchange.ask(exchange.seller, 31_000)
    await exchange.quiet()
    assert [hit.product_id for hit in await hits(exchange, "another")] == [product.id]
    assert await figures(exchange) == (31_000, 1)


# ---- trades --------------------------------------------------------------------------------------


async def test_figures_follow_a_sale(exchange: Exchange) -> None:
    assert await figures(exchange) == (None, 0)
    await exchange.ask(exchange.seller, 30_000)
    await exchange.ask(exchange.seller, 35_000)
    await exchange.ask(exchange.seller, 5_000, condition=Condition.USED)
    await exchange.trade(price=25_000)
    assert await figures(exchange) == (30_000, 1)
    await exchange.trade(price=25_000)
    assert await figures(exchange) == (30_000, 2)


@pytest.mark.parametrize("end", [OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED])
async def test_a_voided_sale_is_not_counted(exchange: Exchange, end: OrderStatus) -> None:
    await exchange.trade(price=25_000)
    await exchange.trade(end, price=25_000)
    assert await figures(exchange) == (None, 1)


@pytest.mark.parametrize(
    ("failing", "status", "sales"),
    [
        ("analytics.record_sale:order.created", OrderStatus.CONFIRMED, 1),
        ("analytics.void_sale:order.cancelled", OrderStatus.CANCELLED, 0),
        ("analytics.void_sale:order.auth_failed", OrderStatus.AUTH_FAILED, 0),
    ],
)
async def test_sales_are_right_after_a_failed_consumer_is_retried(
    exchange: Exchange, failing: str, status: OrderStatus, sales: int
) -> None:
    exchange.bus.failing[failing] = 1
    await exchange.trade(status)
    await exchange.quiet()
    assert (await figures(exchange))[1] == sales


async def test_a_duplicate_event_is_not_counted_twice(exchange: Exchange) -> None:
    order = await exchange.trade()
    for message in [m for m in exchange.bus.published if m.key == str(order.id)]:
        await exchange.tell_again(message)
    assert await figures(exchange) == (None, 1)


async def test_a_late_event_does_not_restore_old_figures(exchange: Exchange) -> None:
    exchange.bus.failing["analytics.record_sale:order.created"] = 1
    await exchange.trade(OrderStatus.CANCELLED)
    await exchange.quiet()
    assert await figures(exchange) == (None, 0)


# ---- asks ----------------------------------------------------------------------------------------


async def test_the_lowest_ask_follows_every_ask(exchange: Exchange) -> None:
    async def lowest_ask() -> int | None:
        await exchange.workers.settle()
        return (await figures(exchange))[0]

    ask = (await exchange.ask(exchange.seller, 30_000)).quote
    assert await lowest_ask() == 30_000
    await exchange.ask(exchange.seller, 28_000, expires_in_days=1)
    assert await lowest_ask() == 28_000
    await exchange.app.bidding.reprice_quote(exchange.seller, ask.side, ask.id, amount=25_000)
    assert await lowest_ask() == 25_000
    await exchange.app.bidding.cancel_quote(exchange.seller, ask.side, ask.id)
    assert await lowest_ask() == 28_000
    await exchange.later(timedelta(days=1))
    assert await lowest_ask() is None


async def test_an_ask_for_a_used_pair_does_not_count(exchange: Exchange) -> None:
    await exchange.ask(exchange.seller, 30_000)
    await exchange.ask(exchange.seller, 5_000, condition=Condition.USED)
    await exchange.workers.settle()
    assert await figures(exchange) == (30_000, 0)


async def test_an_ask_above_the_lowest_of_another_size_is_not_written(exchange: Exchange) -> None:
    update: UpdateFigures = exchange.app.search.update_figures
    index = WatchedIndex()
    update = replace(update, search_index=index)
    product = exchange.product = await another(exchange)
    await exchange.ask(exchange.seller, 20_000)
    for size, condition, before, lowest_ask, written in (
        ("9", Condition.NEW, None, 20_000, True),
        ("9", Condition.NEW, 19_000, 20_000, True),
        ("10", Condition.NEW, None, 20_100, False),
        ("10", Condition.NEW, 20_100, 25_000, False),
        ("10", Condition.NEW, 25_000, None, False),
        ("10", Condition.NEW, 20_000, None, True),
        ("9", Condition.USED, None, 10_000, False),
    ):
        index.written.clear()
        book = product.book(size, condition)
        await update(LowestAskChanged(book, before, lowest_ask, exchange.clock.now()))
        assert [f.lowest_ask for f in index.written] == [20_000] * written, (before, lowest_ask)


class WatchedIndex(MemorySearchIndex):
    """Records the written figures."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[MarketFigures] = []

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        self.written.append(figures)


class CountedIndex(MemorySearchIndex):
    """Counts how often figures are written, by a clock that moves on each time."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.writes = 0
        self._clock = exchange.clock

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        self.writes += 1
        await super().put_figures(product_id, figures)
        await self._clock.advance(timedelta(seconds=1))


async def test_events_that_wait_for_their_turn_share_the_figures_that_are_read_next(
    exchange: Exchange,
) -> None:
    product = await another(exchange)
    index, use_case = CountedIndex(exchange), exchange.app.search.update_figures
    assert isinstance(use_case, UpdateFigures)
    await index.put(document_of(product))
    update = replace(use_case, search_index=index)
    book, now = product.book("9", Condition.NEW), exchange.clock.now()
    await update(LowestAskChanged(book, None, 20_000, now))
    assert index.writes == 1
    await asyncio.gather(*(update(LowestAskChanged(book, None, 20_000, now)) for _ in range(16)))
    assert index.writes == 3  # the first one's, and one for all that waited meanwhile


deeds = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "bid", "cancel"]),
        st.sampled_from(["9", "10"]),
        st.sampled_from([20_000, 20_100, 20_200]),
        st.permutations(range(4)),
    ),
    max_size=12,
)


@settings(max_examples=10, deadline=None)
@given(deeds)
async def test_in_any_sequence_of_events_the_index_ends_with_the_lowest_ask(
    deeds: list[tuple[str, str, int, list[int]]],
) -> None:
    exchange = build_exchange()
    await exchange.open()
    product = exchange.product = await another(exchange)
    await exchange.workers.settle()
    asks: list[Quote] = []
    pending: list[LowestAskChanged] = []
    update, bidding = exchange.app.search.update_figures, exchange.app.bidding
    for deed, size, amount, late in deeds:
        on_book: dict[str, Any] = {"product_id": product.id, "size": size, "amount": amount}
        if deed == "ask":
            asks.append((await bidding.place_ask(exchange.seller, **on_book)).quote)
        elif deed == "bid":
            await bidding.place_bid(exchange.buyer, **on_book)
        elif asks:
            with suppress(QuoteNotActive):
                await bidding.cancel_quote(exchange.seller, Side.ASK, asks[-1].id)
        messages = await exchange.store.outbox.unsent(100)
        async with exchange.store.transaction():
            await exchange.store.outbox.mark_sent([message.id for message in messages])
        pending += [m.event for m in messages if isinstance(m.event, LowestAskChanged)]
        for number in late[:2]:
            if number < len(pending):
                await update(pending.pop(number))
    for event in reversed(pending):
        await update(event)
    views = await exchange.app.adapters.book_views.best(
        [product.book(size, Condition.NEW) for size in product.sizes]
    )
    lowest = [view.lowest_ask for view in views if view.lowest_ask is not None]
    assert (await figures(exchange))[0] == min(lowest, default=None)
    await engine_of(exchange.app).stop()


# ---- rebuild -------------------------------------------------------------------------------------


async def test_a_rebuild_indexes_every_product_with_its_figures(exchange: Exchange) -> None:
    await exchange.trade()
    for number in range(120):
        await another(exchange, number)
    await exchange.ask(exchange.seller, 41_000)
    await exchange.ask(exchange.seller, 40_000, expires_in_days=2)
    await exchange.ask(exchange.seller, 5_000, condition=Condition.USED)
    await exchange.bid(exchange.buyer, 3_000)
    reported: list[int] = []
    assert await exchange.app.search.reindex_products(reported.append) == 121
    assert reported == [100, 121]
    assert await figures(exchange) == (40_000, 1)
    results = await exchange.app.adapters.search_index.search(SearchQuery("another"))
    assert results.total == 120
    await exchange.clock.advance(timedelta(days=3))
    await exchange.app.search.reindex_products()
    assert await figures(exchange) == (41_000, 1)


async def test_a_product_changed_during_a_rebuild_is_found_as_changed(
    exchange: Exchange,
) -> None:
    reindex: ReindexProducts = exchange.app.search.reindex_products
    products = exchange.store.products
    old = {exchange.product.id: exchange.product}

    class Old:
        """Returns products in their old version."""

        async def page(self, request: object) -> object:
            await exchange.app.catalog.edit_product(
                exchange.admin, exchange.product.id, colorway="Crimson"
            )
            await exchange.clock.advance(timedelta(seconds=1))
            await exchange.trade(price=25_000)
            page = await products.page(request)  # type: ignore[arg-type]  # the same request
            return replace(page, items=tuple(old.get(item.id, item) for item in page.items))

    assert await replace(reindex, products=Old())() == 1  # type: ignore[arg-type]  # a page is all
    [hit] = await hits(exchange)
    assert (hit.colorway, hit.sales) == ("Crimson", 1)


async def test_a_failed_rebuild_keeps_the_old_index(exchange: Exchange) -> None:
    before = await hits(exchange)

    def fail(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await exchange.app.search.reindex_products(fail)
    assert await hits(exchange) == before
