"""A changed product is evicted from the caches of all processes."""

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
    """Return an application on a store, with its own cache."""
    ids = SeededIds(seed, clock)
    return exchange_on(
        embedded_adapters(store, clock=clock, ids=ids, seed=seed, invalidations=invalidations)
    )


async def colorway(exchange: Exchange, product_id: ProductId) -> str:
    return (await exchange.app.catalog.view_product(product_id)).colorway


async def test_an_edit_evicts_the_product_in_all_processes(
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


async def test_a_process_that_handles_the_event_evicts_the_product_in_all(
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
