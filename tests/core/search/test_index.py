"""The index follows the catalogue and the trade, and can be made anew."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from solebook.core.search.index_product import IndexProduct
from solebook.core.search.reindex_products import ReindexProducts
from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import ProductChanged
from solebook.ports.language.market import Condition
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.search import SearchHit, SearchQuery

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await exchange.app.engine.stop()


async def hits(exchange: Exchange, text: str = "") -> list[SearchHit]:
    return list((await exchange.app.adapters.search_index.search(SearchQuery(text))).hits)


async def figures(exchange: Exchange) -> tuple[int | None, int]:
    """The lowest ask and the sales of the exchange's product, as the index has them."""
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


async def test_a_product_is_found_once_it_is_created_and_as_it_was_last_edited(
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


async def test_late_and_repeated_events_change_nothing(exchange: Exchange) -> None:
    product_id = exchange.product.id
    await exchange.app.catalog.edit_product(exchange.admin, product_id, colorway="Crimson")
    await exchange.workers.settle()
    before = await hits(exchange)
    for version in (1, 2, 1):
        await exchange.app.search.index_product(ProductChanged(product_id, version))
    assert await hits(exchange) == before
    assert before[0].colorway == "Crimson"


async def test_a_change_that_is_not_to_be_seen_yet_is_tried_again(exchange: Exchange) -> None:
    index_product: IndexProduct = exchange.app.search.index_product
    with pytest.raises(Unavailable):
        await index_product(ProductChanged(exchange.product.id, 2))


async def test_a_product_that_is_indexed_late_has_its_figures(exchange: Exchange) -> None:
    exchange.bus.failing["search.index_product:product.changed"] = 1
    product = exchange.product = await another(exchange)
    await exchange.workers.settle()
    assert await hits(exchange, "another") == []
    await exchange.trade()
    await exchange.ask(exchange.seller, 31_000)
    await exchange.quiet()
    assert [hit.product_id for hit in await hits(exchange, "another")] == [product.id]
    assert await figures(exchange) == (31_000, 1)


# ---- the trade -----------------------------------------------------------------------------------


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
async def test_a_sale_that_comes_to_nothing_is_not_counted(
    exchange: Exchange, end: OrderStatus
) -> None:
    await exchange.trade(price=25_000)
    await exchange.trade(end, price=25_000)
    assert await figures(exchange) == (None, 1)


async def test_an_event_that_comes_again_is_not_counted_again(exchange: Exchange) -> None:
    order = await exchange.trade()
    for message in [m for m in exchange.bus.published if m.key == str(order.id)]:
        await exchange.tell_again(message)
    assert await figures(exchange) == (None, 1)


async def test_a_late_event_does_not_bring_old_figures_back(exchange: Exchange) -> None:
    exchange.bus.failing["search.update_figures:order.created"] = 1
    await exchange.trade(OrderStatus.CANCELLED)
    await exchange.quiet()
    assert await figures(exchange) == (None, 0)


# ---- anew ----------------------------------------------------------------------------------------


async def test_everything_is_indexed_anew_with_its_figures(exchange: Exchange) -> None:
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


async def test_a_product_that_changes_while_all_are_indexed_is_found_as_it_is_then(
    exchange: Exchange,
) -> None:
    reindex: ReindexProducts = exchange.app.search.reindex_products
    products = exchange.store.products
    old = {exchange.product.id: exchange.product}

    class Old:
        """Products as they were before they changed."""

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


async def test_a_rebuild_that_fails_leaves_the_index_as_it_was(exchange: Exchange) -> None:
    before = await hits(exchange)

    def fail(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await exchange.app.search.reindex_products(fail)
    assert await hits(exchange) == before
