"""Products and sales in the rows of files."""

from dataclasses import replace

from ...ports.language.currencies import Currency
from ...ports.language.imports import GivenProduct, GivenSale, made_style_code
from .formats import Columns
from .rows import Row
from .values import parse_amount, parse_day, parse_instant, parse_name, parse_us_size

_NO_COLOR = "as named"
"""The colorway of a product of which only the name is known."""


def product_in(row: Row, columns: Columns, currency: Currency) -> GivenProduct:
    """Return the product that a row describes. Raises ValueError.

    Without a brand, the first word of the name is one.
    """
    name = name_in(row, columns)
    brand = columns.field(row, "brand")
    first, _, rest = name.partition(" ")
    return GivenProduct(
        style_code=_style_code_in(row, columns, name),
        brand=parse_name(columns.column("brand"), brand) if brand else first,
        model=name if brand else rest or first,
        colorway=color_in(row, columns),
        retail_price=_amount_in(row, columns, "retail", currency),
        release_date=parse_day(columns.column("released_on"), columns.field(row, "released_on")),
    )


def sale_in(row: Row, columns: Columns, currency: Currency) -> GivenSale:
    """Return the sale in a row, as the first that is like it. Raises ValueError."""
    name = name_in(row, columns)
    return GivenSale(
        style_code=_style_code_in(row, columns, name),
        size=parse_us_size(columns.column("size"), columns.field(row, "size")),
        price=_amount_in(row, columns, "price", currency),
        sold_at=parse_instant(columns.column("sold_on"), columns.field(row, "sold_on")),
        number=0,
    )


def numbered(sale: GivenSale, number: int) -> GivenSale:
    """Return a sale with its number among those that are equal."""
    return replace(sale, number=number)


def content_of(sale: GivenSale) -> str:
    """Return a text that is equal for equal sales."""
    return f"{sale.style_code} {sale.size} {sale.price} {sale.sold_at.isoformat()}"


def name_in(row: Row, columns: Columns) -> str:
    """Return the name of the product in a row. Raises ValueError."""
    name = parse_name(columns.column("product"), columns.field(row, "product"))
    # The contest writes hyphens for spaces.
    return name if " " in name else name.replace("-", " ").strip() or name


def color_in(row: Row, columns: Columns) -> str:
    """Return the color of the product in a row. Raises ValueError."""
    if not columns.has("color"):
        return _NO_COLOR
    return parse_name(columns.column("color"), columns.field(row, "color"))


def _style_code_in(row: Row, columns: Columns, name: str) -> str:
    return columns.field(row, "style_code") or made_style_code(name)


def _amount_in(row: Row, columns: Columns, name: str, currency: Currency) -> int:
    return parse_amount(columns.column(name), columns.field(row, name), currency)
