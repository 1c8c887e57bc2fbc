"""The search context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.search.count_facets import CountFacets
from ..core.search.index_product import IndexProduct
from ..core.search.market_figures import ReadFigures
from ..core.search.reindex_products import ReindexProducts
from ..core.search.renew_index import RenewIndex
from ..core.search.search_products import SearchProducts
from ..core.search.suggest_products import SuggestProducts
from ..core.search.update_figures import UpdateFigures
from ..ports.language.consumers import Consumer
from ..ports.language.events import LowestAskChanged, ProductChanged
from ..ports.language.messages import Queue
from .adapters import Adapters
from .router import Router


@dataclass(frozen=True, slots=True)
class SearchUseCases:
    """The use cases of the search context."""

    index_product: IndexProduct
    update_figures: UpdateFigures
    reindex_products: ReindexProducts
    renew_index: RenewIndex
    search_products: SearchProducts
    count_facets: CountFacets
    suggest_products: SuggestProducts


def search_use_cases(adapters: Adapters) -> SearchUseCases:
    """Return the use cases of the search context."""
    store, clock, search_index = adapters.store, adapters.clock, adapters.search_index
    stored_products = adapters.stored_products
    read_figures = ReadFigures(book_views=adapters.book_views, tape=store.tape, clock=clock)
    reindex_products = ReindexProducts(
        products=stored_products,
        books=store.books,
        tape=store.tape,
        search_index=search_index,
        clock=clock,
    )
    return SearchUseCases(
        index_product=IndexProduct(
            products=stored_products, search_index=search_index, read_figures=read_figures
        ),
        update_figures=UpdateFigures(
            orders=store.orders,
            products=stored_products,
            search_index=search_index,
            read_figures=read_figures,
            clock=clock,
        ),
        reindex_products=reindex_products,
        renew_index=RenewIndex(search_index=search_index, reindex_products=reindex_products),
        search_products=SearchProducts(search_index=adapters.shown_search),
        count_facets=CountFacets(search_index=adapters.shown_search),
        suggest_products=SuggestProducts(search_index=adapters.shown_search),
    )


def search_routes(search: SearchUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the search context. Sales reach it through the routes of the tape.

    The index may be a service that is away for long.
    """
    router = Router(Queue.SEARCH)
    return (
        router.repeatable(
            ProductChanged, "search.index_product", search.index_product, persists=True
        ),
        router.repeatable(
            LowestAskChanged, "search.update_figures", search.update_figures, persists=True
        ),
    )
