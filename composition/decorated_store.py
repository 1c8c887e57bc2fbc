"""The store with its decorators: cached products and announced orders."""

from dataclasses import replace

from ..adapters.decorators.cached_products import CachedProducts
from ..adapters.decorators.told_orders import ToldOrders
from ..ports.cache import Cache
from ..ports.language.catalog import Product
from ..ports.language.ids import ProductId
from ..ports.order_stream import OrderStream
from .adapters import Store


def decorated_store(
    store: Store, *, product_cache: Cache[ProductId, Product], order_stream: OrderStream
) -> Store:
    """Return a store with a product cache and with announcements of changed orders."""
    transaction = store.transaction
    return replace(
        store,
        products=CachedProducts(store.products, cache=product_cache, transaction=transaction),
        orders=ToldOrders(store.orders, stream=order_stream, transaction=transaction),
    )
