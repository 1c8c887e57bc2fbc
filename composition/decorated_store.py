"""The store with its decorators: cached products and announced orders."""

from dataclasses import replace

from ..adapters.decorators.cached_products import CachedProducts
from ..adapters.decorators.measured_books import MeasuredBooks
from ..adapters.decorators.measured_orders import MeasuredOrders
from ..adapters.decorators.told_orders import ToldOrders
from ..adapters.system.stopwatch import SystemStopwatch
from ..ports.cache import Cache
from ..ports.clock import Clock
from ..ports.language.catalog import Product
from ..ports.language.ids import ProductId
from ..ports.measurements import Measurements
from ..ports.order_stream import OrderStream
from .adapters import Store


def decorated_store(
    store: Store,
    *,
    product_cache: Cache[ProductId, Product],
    order_stream: OrderStream,
    measurements: Measurements | None = None,
    clock: Clock | None = None,
) -> Store:
    """Return a store with a product cache and with announcements of changed orders.

    With `measurements`, what the engine commits and when orders are confirmed by the `clock` is
    measured.
    """
    transaction = store.transaction
    if measurements is not None:
        assert clock is not None
        store = measured_store(store, measurements, clock)
    return replace(
        store,
        products=CachedProducts(store.products, cache=product_cache, transaction=transaction),
        orders=ToldOrders(store.orders, stream=order_stream, transaction=transaction),
    )


def measured_store(store: Store, measurements: Measurements, clock: Clock) -> Store:
    """Return a store that measures what the engine commits, and when orders are confirmed."""
    transaction = store.transaction
    return replace(
        store,
        books=MeasuredBooks(store.books, measurements, SystemStopwatch()),
        orders=MeasuredOrders(store.orders, measurements, clock=clock, transaction=transaction),
    )
