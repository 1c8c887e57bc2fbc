"""The rows of indexed products, on both engines."""

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, String

from ....ports.language.market import Size
from ....ports.language.search import MarketFigures, SearchDocument, SearchHit, Suggestion
from ....ports.language.text import spelling_key
from ...text_search.names import offered_text
from ...text_search.spelling import indexed_words, joined_words
from ..engine.statement import Row
from ..schema.columns import Instant


def described() -> list[Column[Any]]:
    """Return the columns of what a product is, without its words."""
    return [
        Column("version", Integer, nullable=False),
        Column("style_code", String, nullable=False),
        Column("style_key", String, nullable=False),
        Column("brand", String, nullable=False),
        Column("brand_key", String, nullable=False),
        Column("model", String, nullable=False),
        Column("colorway", String, nullable=False),
        Column("retail_price", BigInteger, nullable=False),
        Column("release_date", Date, nullable=False),
        Column("year", Integer, nullable=False),
        Column("sizes", String, nullable=False),
    ]


def figured() -> list[Column[Any]]:
    """Return the columns of what the market says of a product."""
    return [
        Column("lowest_ask", BigInteger),
        Column("sales", Integer, nullable=False),
        Column("as_of", Instant),
    ]


def words_in(document: SearchDocument) -> list[str]:
    """Return the words under which a product is found, also with a typo."""
    return indexed_words(document.style_code, document.brand, document.model, document.colorway)


def joined_in(document: SearchDocument) -> list[str]:
    """Return the words under which it is found besides."""
    return joined_words(document.style_code, document.brand, document.model, document.colorway)


def document_values(document: SearchDocument, figures: MarketFigures | None) -> dict[str, Any]:
    """Return the values of a product's row, without its words."""
    return {
        "product_id": document.product_id,
        "version": document.version,
        "style_code": document.style_code,
        "style_key": spelling_key(document.style_code),
        "brand": document.brand,
        "brand_key": spelling_key(document.brand),
        "model": document.model,
        "colorway": document.colorway,
        "retail_price": document.retail_price,
        "release_date": document.release_date,
        "year": document.release_date.year,
        "sizes": f" {' '.join(document.sizes)} ",
        "lowest_ask": figures.lowest_ask if figures else None,
        "sales": figures.sales if figures else 0,
        "as_of": figures.as_of if figures else None,
    }


def sizes_of(text: str) -> tuple[Size, ...]:
    """Return the sizes in a column."""
    return tuple(map(Size, text.split()))


def document_of(row: Row) -> SearchDocument:
    """Return a row as what it describes."""
    return SearchDocument(
        product_id=row.product_id,
        version=row.version,
        style_code=row.style_code,
        brand=row.brand,
        model=row.model,
        colorway=row.colorway,
        retail_price=row.retail_price,
        release_date=row.release_date,
        sizes=sizes_of(row.sizes),
    )


def hit_of(row: Row) -> SearchHit:
    """Return a row as a hit."""
    return SearchHit(
        product_id=row.product_id,
        style_code=row.style_code,
        brand=row.brand,
        model=row.model,
        colorway=row.colorway,
        retail_price=row.retail_price,
        release_date=row.release_date,
        sizes=sizes_of(row.sizes),
        lowest_ask=row.lowest_ask,
        sales=row.sales,
    )


def suggestion_of(product: SearchHit | Row, *, is_shared: bool) -> Suggestion:
    """Return a hit, or a row, as a suggestion. `is_shared` is whether others have its name."""
    text = offered_text(product, is_shared=is_shared)
    return Suggestion(product.product_id, product.style_code, text)
