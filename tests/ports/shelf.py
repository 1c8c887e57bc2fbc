"""Products in a search index, under short names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from solebook.ports.ids import Ids
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import Size
from solebook.ports.language.search import (
    MarketFigures,
    SearchDocument,
    SearchFilters,
    SearchQuery,
    Suggestion,
)
from solebook.ports.search_index import SearchIndex

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = {
    "dunk": ("DD1391-100", "Nike", "Dunk Low", "White/Black"),
    "chicago": ("555088-101", "Jordan", "Air Jordan 1 Retro High OG", "Chicago"),
    "zebra": ("CP9654", "adidas", "Yeezy Boost 350 V2", "Zebra"),
    "pirate": ("AQ2659", "adidas", "Yeezy Boost 350", "Pirate Black"),
    "990": ("M990GL5", "New Balance", "990v5", "Crème Grey"),
}


@dataclass
class Shelf:
    """Products in an index, under short names."""

    index: SearchIndex
    ids: Ids
    known: dict[ProductId, str] = field(default_factory=dict)
    _number: "count[int]" = field(default_factory=lambda: count(1))

    def document(self, name: str = "", **fields: Any) -> SearchDocument:
        number = next(self._number)
        style_code, brand, model, colorway = NAMES.get(
            name, (f"TS-{number:04}", "Testbrand", "Model", "Plain")
        )
        made: dict[str, Any] = {
            "product_id": ProductId(self.ids.new()),
            "version": 1,
            "style_code": style_code,
            "brand": brand,
            "model": model,
            "colorway": colorway,
            "retail_price": 17_000,
            "release_date": date(2020, 1, 1) + timedelta(days=number - 1),
            "sizes": (Size("9"), Size("10.5")),
        }
        document = SearchDocument(**(made | fields))
        self.known[document.product_id] = name or document.style_code
        return document

    async def add(
        self, name: str = "", *, lowest_ask: int | None = None, sales: int = 0, **fields: Any
    ) -> SearchDocument:
        document = self.document(name, **fields)
        await self.index.put(document)
        await self.index.put_figures(document.product_id, figures(lowest_ask, sales))
        return document

    async def found(self, text: str = "", **query: Any) -> list[str]:
        """Return the names of the found products, in order."""
        filters = {k: query.pop(k) for k in list(query) if k in SearchFilters.__slots__}
        results = await self.index.search(SearchQuery(text, SearchFilters(**filters), **query))
        assert len(results.hits) <= results.total
        return self._names([hit.product_id for hit in results.hits])

    async def suggested(self, text: str, limit: int = 10) -> list[str]:
        suggestions = await self.index.autocomplete(text, limit)
        return self.names_of(suggestions)

    def names_of(self, suggestions: Sequence[Suggestion]) -> list[str]:
        return self._names([suggestion.product_id for suggestion in suggestions])

    def _names(self, ids: Sequence[ProductId]) -> list[str]:
        return [self.known[product_id] for product_id in ids]


def figures(lowest_ask: int | None = None, sales: int = 0, *, minutes: float = 0) -> MarketFigures:
    return MarketFigures(lowest_ask, sales, NOON + timedelta(minutes=minutes))
