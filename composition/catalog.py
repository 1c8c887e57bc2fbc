"""The catalog context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.catalog.consume_stock import ConsumeStock
from ..core.catalog.create_product import CreateProduct
from ..core.catalog.edit_product import EditProduct
from ..core.catalog.import_products import ImportProducts
from ..core.catalog.list_doubled_products import ListDoubledProducts
from ..core.catalog.list_products import ListProducts
from ..core.catalog.refresh_product import RefreshProduct
from ..core.catalog.release_stock import ReleaseStock
from ..core.catalog.reserve_stock import ReserveStock
from ..core.catalog.view_product import ViewProduct
from ..core.catalog.view_reservation import ViewReservation
from ..core.catalog.view_stock import ViewStock
from ..ports.language.consumers import Consumer
from ..ports.language.events import MatchCreated, OrderAuthFailed, OrderDelivered, ProductChanged
from ..ports.language.messages import Queue
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .router import Router


@dataclass(frozen=True, slots=True)
class CatalogUseCases:
    """The use cases of the catalog context."""

    create_product: CreateProduct
    edit_product: EditProduct
    refresh_product: RefreshProduct
    reserve_stock: ReserveStock
    release_stock: ReleaseStock
    consume_stock: ConsumeStock
    list_products: ListProducts
    view_product: ViewProduct
    view_stock: ViewStock
    view_reservation: ViewReservation
    list_doubled_products: ListDoubledProducts
    import_products: ImportProducts


def catalog_use_cases(adapters: Adapters, rules: MarketRules) -> CatalogUseCases:
    """Return the use cases of the catalog context."""
    store, clock = adapters.store, adapters.clock
    transaction = store.transaction
    return CatalogUseCases(
        create_product=CreateProduct(
            transaction=transaction,
            products=store.products,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
            rules=rules,
            audit_log=store.audit_log,
        ),
        edit_product=EditProduct(
            transaction=transaction,
            products=store.products,
            outbox=store.outbox,
            rules=rules,
            audit_log=store.audit_log,
        ),
        refresh_product=RefreshProduct(product_cache=adapters.product_cache),
        reserve_stock=ReserveStock(
            transaction=transaction, stock=store.stock, outbox=store.outbox, clock=clock
        ),
        release_stock=ReleaseStock(transaction=transaction, stock=store.stock, clock=clock),
        consume_stock=ConsumeStock(transaction=transaction, stock=store.stock),
        list_products=ListProducts(products=store.products),
        view_product=ViewProduct(products=store.products),
        view_stock=ViewStock(products=store.products, stock=store.stock),
        view_reservation=ViewReservation(stock=store.stock),
        list_doubled_products=ListDoubledProducts(products=store.products),
        import_products=ImportProducts(
            transaction=transaction,
            products=adapters.stored_products,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
            rules=rules,
            audit_log=store.audit_log,
        ),
    )


def catalog_routes(catalog: CatalogUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the catalog context.

    The unit of a cancelled match is released by the route that returns its ask to the book.
    """
    router = Router(Queue.TRADE)
    return (
        *router.together("catalog.reserve_stock", catalog.reserve_stock, MatchCreated),
        router.inside(OrderDelivered, "catalog.consume_stock", catalog.consume_stock),
        router.inside(OrderAuthFailed, "catalog.release_stock", catalog.release_stock),
        router.repeatable(ProductChanged, "catalog.refresh_product", catalog.refresh_product),
    )
