"""The demo's files: a catalogue and its sales, in any format that `entrypoints/files` knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from ...ports.language.currencies import DOLLAR
from ...ports.language.market import Size
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from ..files.formats import PRODUCTS, SALES, Columns, find_columns
from ..files.records import color_in, name_in
from ..files.rows import BadFile, Row, opened_rows
from ..files.values import parse_amount, parse_day, parse_instant, parse_us_size, short

R = TypeVar("R")

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One product: full name, color, retail price in minor units, release date."""

    name: str
    color: str
    retail_price: Cents
    released_on: date


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One historic sale, at a price in minor units."""

    sold_on: date
    product: str
    size: Size
    price: Cents


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of a row of a file. Those of the sample are in dollars."""

    row: Row
    columns: Columns
    rules: MarketRules
    is_sample: bool

    def text(self, name: str) -> str:
        """Return what the row has."""
        return self.columns.field(self.row, name)

    def shown(self, name: str) -> str:
        """Return the column and what is in it."""
        return f"{self.columns.column(name)} {self.text(name)}"

    def price(self, name: str) -> Cents:
        """Return a price in the currency of the rules. Raises ValueError."""
        currency = DOLLAR if self.is_sample else self.rules.money
        price = parse_amount(self.columns.column(name), self.text(name), currency)
        return self.rules.money.in_place_of(price) if self.is_sample else price


def read_catalogue(path: Path | None, rules: MarketRules) -> list[CatalogueRow]:
    """Return the products of a file, or of the sample. Raises BadFile, OSError.

    Names are unique, unless the file is one of sales. No retail price is above the maximum amount
    of the rules. Prices are in the currency of the rules. Those of the sample are in dollars, whose
    place it takes.
    """
    products: dict[str, CatalogueRow] = {}

    def take(fields: _Fields) -> None:
        product = _catalogue_row(fields)
        if product.name in products and not fields.columns.has(*SALES):
            raise ValueError(f"{short(product.name)} is a duplicate")
        products.setdefault(product.name, product)

    _read(path, "products.csv", PRODUCTS, rules, take)
    if not products:
        raise BadFile(f"{path or 'the sample'} has no products")
    return list(products.values())


def read_sales(
    path: Path | None, catalogue: list[CatalogueRow], rules: MarketRules
) -> list[SaleRow]:
    """Return the sales of a file, or of the sample, oldest first. Raises BadFile, OSError.

    Each product must be in the catalogue, and each price must be valid under the market's rules.
    """
    names = {row.name for row in catalogue}
    rows = _read(path, "sales.csv", SALES, rules, lambda fields: _sale_row(fields, names))
    if not rows:
        raise BadFile(f"{path or 'the sample'} has no sales")
    return sorted(rows, key=lambda row: row.sold_on)


def _read(
    path: Path | None,
    sample: str,
    needed: tuple[str, ...],
    rules: MarketRules,
    parse: Callable[[_Fields], R],
) -> list[R]:
    source: Path | Traversable = path or files(__package__) / "sample" / sample
    read: list[R] = []
    problems: list[str] = []
    count = 0
    with opened_rows(source) as file:
        currency = DOLLAR if path is None else rules.money
        columns = find_columns(file.columns, needed, currency, str(source))
        for row in file:
            try:
                if row.problem is not None:
                    raise ValueError(row.problem)
                read.append(parse(_Fields(row, columns, rules, path is None)))
            except ValueError as error:
                count += 1
                if count <= _SHOWN:
                    problems.append(f"  line {row.line}: {error}")
    if problems:
        more = [f"  and {count - _SHOWN} more"] if count > _SHOWN else []
        raise BadFile("\n".join([f"{source} has bad rows:", *problems, *more]))
    return read


def _catalogue_row(fields: _Fields) -> CatalogueRow:
    rules = fields.rules
    name = name_in(fields.row, fields.columns)
    price = fields.price("retail")
    if price > rules.max_amount:
        raise ValueError(f"{fields.shown('retail')} is above {rules.money.plain(rules.max_amount)}")
    released_on = parse_day(fields.columns.column("released_on"), fields.text("released_on"))
    return CatalogueRow(name, color_in(fields.row, fields.columns), price, released_on)


def _sale_row(fields: _Fields, names: set[str]) -> SaleRow:
    columns, rules = fields.columns, fields.rules
    sold_at = parse_instant(columns.column("sold_on"), fields.text("sold_on"))
    product = name_in(fields.row, columns)
    if product not in names:
        raise ValueError(f"{short(product)} is not in the catalogue")
    price = fields.price("price")
    if not rules.allows(price):
        plain = rules.money.plain
        raise ValueError(
            f"{fields.shown('price')} is not between {plain(rules.min_amount)} and "
            f"{plain(rules.max_amount)} in steps of {plain(rules.tick)}"
        )
    size = parse_us_size(columns.column("size"), fields.text("size"))
    return SaleRow(sold_at.date(), product, size, price)
