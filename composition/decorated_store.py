"""The store as the application sees it: with what is kept at hand, and who is told of changes."""

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
    """Return any store with products kept at hand and orders told to their parties."""
    transaction = store.transaction
    return replace(
        store,
        products=CachedProducts(store.products, cache=product_cache, transaction=transaction),
        orders=ToldOrders(store.orders, stream=order_stream, transaction=transaction),
    )
