"""A product that changed is forgotten by every process that keeps it."""

from solebook.adapters.memory.cache_invalidations import MemoryCacheInvalidations
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.ports.cache_invalidations import CacheInvalidations
from solebook.ports.language.events import ProductChanged
from solebook.ports.language.ids import ProductId

from ...exchange import Exchange, exchange_on

Invalidations = CacheInvalidations[ProductId]


def process(
    store: Store, clock: VirtualClock, seed: int, invalidations: Invalidations | None = None
) -> Exchange:
    """Return an application on a store, with a cache of its own."""
    ids = SeededIds(seed, clock)
    return exchange_on(
        embedded_adapters(store, clock=clock, ids=ids, seed=seed, invalidations=invalidations)
    )


async def colorway(exchange: Exchange, product_id: ProductId) -> str:
    return (await exchange.app.catalog.view_product(product_id)).colorway


async def test_applications_that_share_a_broadcast_forget_a_product_together(
    store: Store, clock: VirtualClock
) -> None:
    shared: Invalidations = MemoryCacheInvalidations()
    first, second = (process(store, clock, seed, shared) for seed in (11, 12))
    await first.open()
    product_id = first.product.id
    for exchange in (first, second):
        assert await colorway(exchange, product_id) == "White/Black"
    await second.app.catalog.edit_product(first.admin, product_id, colorway="Crimson")
    for exchange in (first, second):
        assert await colorway(exchange, product_id) == "Crimson"
    await engine_of(first.app).stop()


async def test_the_one_process_that_hears_of_a_change_tells_the_others(
    store: Store, clock: VirtualClock
) -> None:
    shared: Invalidations = MemoryCacheInvalidations()
    first, second = (process(store, clock, seed, shared) for seed in (11, 12))
    elsewhere = process(store, clock, 13)  # as if its own broadcast were lost
    await first.open()
    product_id = first.product.id
    for exchange in (first, second):
        assert await colorway(exchange, product_id) == "White/Black"
    product = await elsewhere.app.catalog.edit_product(first.admin, product_id, colorway="Crimson")
    assert await colorway(second, product_id) == "White/Black"
    await first.app.catalog.refresh_product(ProductChanged(product_id, product.version))
    for exchange in (first, second):
        assert await colorway(exchange, product_id) == "Crimson"
    await engine_of(first.app).stop()
