"""The cache of the catalogue. The contract of the port is in tests/ports/test_products.py."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from solebook.adapters.decorators.cached_products import CachedProducts
from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.catalog import DoubledProduct, Product
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import Size
from solebook.ports.language.paging import Page, PageRequest
from solebook.ports.products import Products


class SlowProducts(Products):
    """Counts reads, and delays the return of what was read."""

    def __init__(self, products: Products) -> None:
        self._products = products
        self.reads = 0
        self.open = asyncio.Event()
        self.open.set()

    async def add(self, product: Product) -> None:
        await self._products.add(product)

    async def save(self, product: Product) -> None:
        await self._products.save(product)

    async def get(self, product_id: ProductId) -> Product:
        self.reads += 1
        try:
            return await self._products.get(product_id)
        finally:
            await self.open.wait()

    async def look_up(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        return await self._products.look_up(product_ids)

    async def styled(self, style_keys: Collection[str]) -> Mapping[str, Product]:
        return await self._products.styled(style_keys)

    async def page(self, request: PageRequest) -> Page[Product]:
        return await self._products.page(request)

    async def doubled(self, request: PageRequest) -> Page[DoubledProduct]:
        return await self._products.doubled(request)


@pytest.fixture
def slow(store: Store) -> SlowProducts:
    return SlowProducts(store.products)


@pytest.fixture
def products(store: Store, slow: SlowProducts, clock: VirtualClock) -> CachedProducts:
    cache = MemoryCache[ProductId, Product](clock, size=100, life=timedelta(days=1))
    return CachedProducts(slow, cache=cache, transaction=store.transaction)


@pytest.fixture
def product(ids: SeededIds, clock: VirtualClock) -> Product:
    return Product(
        id=ProductId(ids.new()),
        style_code="DD1391-100",
        brand="Brand",
        model="Model",
        colorway="White/Black",
        retail_price=11_000,
        release_date=date(2021, 3, 10),
        sizes=(Size("9"),),
        images=(),
        created_at=clock.now(),
    )


async def write(store: Store, change: Callable[[Product], Awaitable[None]], what: Product) -> None:
    async with store.transaction():
        await change(what)


async def test_an_unchanged_product_is_read_once(
    store: Store, products: CachedProducts, slow: SlowProducts, product: Product
) -> None:
    await write(store, products.add, product)
    assert [await products.get(product.id) for _ in range(3)] == [product] * 3
    assert slow.reads == 1


async def test_a_missing_product_is_not_cached(
    store: Store, products: CachedProducts, product: Product
) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            await products.get(product.id)
    await write(store, products.add, product)
    assert await products.get(product.id) == product


async def test_uncommitted_changes_are_seen_only_inside_the_transaction(
    store: Store, products: CachedProducts, product: Product
) -> None:
    await write(store, products.add, product)
    changed = replace(product, model="Other", version=2)
    await products.get(product.id)
    async with store.transaction():
        await products.save(changed)
        assert await products.get(product.id) == changed
        assert await asyncio.create_task(products.get(product.id)) == product
    assert await products.get(product.id) == changed


async def test_a_rolled_back_change_is_never_shown(
    store: Store, products: CachedProducts, product: Product
) -> None:
    await write(store, products.add, product)

    async def change_and_fail() -> None:
        async with store.transaction():
            await products.save(replace(product, model="Other", version=2))
            await products.get(product.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    assert await products.get(product.id) == product


@pytest.mark.parametrize("first", ["read", "write"])
async def test_a_change_during_a_read_leaves_no_stale_product(
    store: Store, products: CachedProducts, slow: SlowProducts, product: Product, first: str
) -> None:
    """The read sees the old product and ends after the commit of the change."""
    await write(store, products.add, product)
    changed = replace(product, model="Other", version=2)
    async with store.transaction():
        if first == "write":
            await products.save(changed)
        slow.open.clear()
        reading = asyncio.create_task(products.get(product.id))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if first == "read":
            await products.save(changed)
    later = asyncio.create_task(products.get(product.id))
    await asyncio.sleep(0)
    slow.open.set()
    assert await reading == product
    assert await later == changed
    assert await products.get(product.id) == changed
    assert slow.reads == 2


async def test_a_product_is_found_after_it_was_added(
    store: Store, products: CachedProducts, slow: SlowProducts, product: Product
) -> None:
    """Even while an earlier read that did not find it is still waiting."""
    slow.open.clear()
    early = asyncio.create_task(products.get(product.id))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await write(store, products.add, product)
    late = asyncio.create_task(products.get(product.id))
    await asyncio.sleep(0)
    slow.open.set()
    assert await late == product
    with pytest.raises(NotFound):
        await early
