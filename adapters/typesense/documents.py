"""The documents of products in Typesense."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from ...ports.language.ids import ProductId
from ...ports.language.market import Size
from ...ports.language.search import MarketFigures, SearchDocument, SearchHit, Suggestion
from ...ports.language.text import spelling_key
from ..text_search.facets import price_bucket
from ..text_search.names import marks_of, offered_text
from ..text_search.spelling import indexed_words, joined_words

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONG = 64
"""The length of a hash."""

Stored = Mapping[str, Any]
"""A document as Typesense returns it."""

FIELDS: list[dict[str, object]] = [
    {"name": "is_removed", "type": "bool"},
    {"name": "words", "type": "string[]"},
    {"name": "prefixes", "type": "string[]"},
    {"name": "style_key", "type": "string"},
    {"name": "brand_key", "type": "string"},
    {"name": "brand_code", "type": "string", "facet": True},
    {"name": "sizes", "type": "string[]", "facet": True},
    {"name": "year", "type": "int32", "facet": True},
    {"name": "released", "type": "int32"},
    {"name": "lowest_ask", "type": "int64", "optional": True},
    {"name": "price_bucket", "type": "int32", "facet": True, "optional": True},
    {"name": "sales", "type": "int64"},
    {"name": "order", "type": "string", "sort": True},
]
"""The fields that are searched, counted or sorted by. The others are only stored."""

STATE = "id,version,is_removed,lowest_ask,sales,as_of"
"""The fields that decide whether a write is late."""
HIT = "id,style_code,brand,model,colorway,retail_price,released,sizes,lowest_ask,sales"
DOCUMENT = "id,version,style_code,brand,model,colorway,retail_price,released,sizes"


def described(document: SearchDocument) -> dict[str, object]:
    """Return the fields of what a product is."""
    names = (document.brand, document.model, document.colorway)
    words = indexed_words(document.style_code, *names)
    words += joined_words(document.style_code, *names)
    return {
        "version": document.version,
        "style_code": document.style_code,
        "brand": document.brand,
        "model": document.model,
        "colorway": document.colorway,
        "retail_price": document.retail_price,
        "released": document.release_date.toordinal(),
        "year": document.release_date.year,
        "sizes": list(document.sizes),
        "words": [*words, *marks_of(document)],
        "prefixes": sorted({word[:end] for word in words for end in range(1, len(word) + 1)}),
        "style_key": spelling_key(document.style_code),
        "brand_key": brand_key(document.brand),
        "brand_code": document.brand.encode().hex(),
    }


def figured(figures: MarketFigures) -> dict[str, object]:
    """Return the fields of what the market says of a product. None removes a field."""
    price = figures.lowest_ask
    return {
        "lowest_ask": price,
        "price_bucket": None if price is None else price_bucket(price),
        "sales": figures.sales,
        "as_of": (figures.as_of - _EPOCH) // _MICROSECOND,
    }


def new(document: SearchDocument, figures: MarketFigures | None = None) -> dict[str, object]:
    """Return the document of a product that is not indexed yet."""
    fields: dict[str, object] = {
        "id": str(document.product_id),
        "order": document.product_id.hex,
        "is_removed": False,
        "sales": 0,
        **described(document),
        **({} if figures is None else figured(figures)),
    }
    return {name: value for name, value in fields.items() if value is not None}


def removed(product_id: ProductId) -> dict[str, object]:
    """Return what stays of a product that is removed, so that no late write restores it."""
    nothing = dict.fromkeys(("style_key", "brand_key", "brand_code"), "")
    return {
        "id": str(product_id),
        "order": product_id.hex,
        "is_removed": True,
        **dict.fromkeys(("version", "sales", "year", "released"), 0),
        **nothing,
        **{name: [] for name in ("words", "prefixes", "sizes")},
    }


def brand_key(brand: str) -> str:
    """Return a key that all spellings of a brand share. It is never empty.

    Typesense takes some letters that are not ASCII for others, such as ı for i, and compares only
    the beginning of long words.
    """
    key = spelling_key(brand)
    if key.isascii() and len(key) < _LONG:
        return f"b{key}"
    return sha256(key.encode()).hexdigest()


def brand_of(code: str) -> str:
    """Return the brand with a code. Codes differ where only the case does, unlike texts."""
    return bytes.fromhex(code).decode()


def figures_of(stored: Stored) -> MarketFigures | None:
    """Return the figures of a document, or None if it has none."""
    as_of = stored.get("as_of")
    if as_of is None:
        return None
    at = _EPOCH + as_of * _MICROSECOND
    return MarketFigures(stored.get("lowest_ask"), stored["sales"], at)


def document_of(stored: Stored) -> SearchDocument:
    """Return what a document describes."""
    return SearchDocument(
        product_id=_id(stored),
        version=stored["version"],
        style_code=stored["style_code"],
        brand=stored["brand"],
        model=stored["model"],
        colorway=stored["colorway"],
        retail_price=stored["retail_price"],
        release_date=date.fromordinal(stored["released"]),
        sizes=tuple(map(Size, stored["sizes"])),
    )


def hit_of(stored: Stored) -> SearchHit:
    """Return a document as a hit."""
    return SearchHit(
        product_id=_id(stored),
        style_code=stored["style_code"],
        brand=stored["brand"],
        model=stored["model"],
        colorway=stored["colorway"],
        retail_price=stored["retail_price"],
        release_date=date.fromordinal(stored["released"]),
        sizes=tuple(map(Size, stored["sizes"])),
        lowest_ask=stored.get("lowest_ask"),
        sales=stored["sales"],
    )


def suggestion_of(hit: SearchHit, *, is_shared: bool) -> Suggestion:
    """Return a hit as a suggestion. `is_shared` is whether others have its name."""
    return Suggestion(hit.product_id, hit.style_code, offered_text(hit, is_shared=is_shared))


def _id(stored: Stored) -> ProductId:
    return ProductId(UUID(stored["id"]))
