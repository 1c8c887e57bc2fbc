"""The demo's files: a catalogue and its sales, as CSV."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from ...ports.language.errors import InvalidSize
from ...ports.language.market import Size, parse_size
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules

R = TypeVar("R")

_PRODUCT_COLUMNS = ("product", "model", "color", "retail_usd", "released_on")
_SALE_COLUMNS = ("sold_on", "product", "us_size", "price_usd")
_SHOWN = 20


class BadFile(ValueError):
    """A file cannot be used; the text names each bad row's line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One product: its full name, the colour, the retail price in cents, the release date."""

    name: str
    color: str
    retail_price: Cents
    released_on: date


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One historic sale, at a price in cents."""

    sold_on: date
    product: str
    size: Size
    price: Cents


def read_catalogue(path: Path | None) -> list[CatalogueRow]:
    """Return the products of a file, or of the sample. Raises BadFile, OSError."""
    rows = _read(path or _sample("products.csv"), _PRODUCT_COLUMNS, _catalogue_row)
    if not rows:
        raise BadFile(f"{path or 'the sample'} has no products")
    return rows


def read_sales(
    path: Path | None, catalogue: list[CatalogueRow], rules: MarketRules
) -> list[SaleRow]:
    """Return the sales of a file, or of the sample, oldest first. Raises BadFile, OSError.

    A sale must be of a product in the catalogue, at a price that the market's rules allow.
    """
    names = {row.name for row in catalogue}
    rows = _read(
        path or _sample("sales.csv"), _SALE_COLUMNS, lambda row: _sale_row(row, names, rules)
    )
    if not rows:
        raise BadFile(f"{path or 'the sample'} has no sales")
    return sorted(rows, key=lambda row: row.sold_on)


def _sample(name: str) -> Traversable:
    return files(__package__) / "sample" / name


def _read(
    source: Path | Traversable, columns: tuple[str, ...], parse: Callable[[dict[str, str]], R]
) -> list[R]:
    rows, problems = [], []
    for line, row in _lines(source, columns):
        try:
            rows.append(parse(row))
        except ValueError as error:
            problems.append(f"  line {line}: {error}")
    if problems:
        more = len(problems) - _SHOWN
        shown = problems[:_SHOWN] + ([f"  and {more} more"] if more > 0 else [])
        raise BadFile("\n".join([f"{source} has bad rows:", *shown]))
    return rows


def _lines(
    source: Path | Traversable, columns: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{source} is not UTF-8 text") from error
    reader = csv.DictReader(text.splitlines())
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise BadFile(f"{source} needs the columns {', '.join(columns)}; no {', '.join(missing)}")
    for row in reader:
        yield reader.line_num, {column: (row[column] or "").strip() for column in columns}


def _catalogue_row(row: dict[str, str]) -> CatalogueRow:
    return CatalogueRow(
        name=_text("product", row["product"]),
        color=_text("color", row["color"]),
        retail_price=_cents("retail_usd", row["retail_usd"]),
        released_on=_date("released_on", row["released_on"]),
    )


def _sale_row(row: dict[str, str], names: set[str], rules: MarketRules) -> SaleRow:
    product = _text("product", row["product"])
    if product not in names:
        raise ValueError(f"{product!r} is not in the catalogue")
    price = _cents("price_usd", row["price_usd"])
    if not rules.min_amount <= price <= rules.max_amount or price % rules.tick:
        raise ValueError(
            f"price_usd {row['price_usd']} is not between {rules.min_amount / 100:,.2f} and "
            f"{rules.max_amount / 100:,.2f} in steps of {rules.tick / 100:,.2f}"
        )
    return SaleRow(_date("sold_on", row["sold_on"]), product, _size(row["us_size"]), price)


def _text(column: str, text: str) -> str:
    if not text:
        raise ValueError(f"{column} is empty")
    return text


def _date(column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column} {text!r} is not a date such as 2017-10-17") from None


def _size(text: str) -> Size:
    try:
        return parse_size(text)
    except InvalidSize as error:
        raise ValueError(f"us_size: {error}") from None


def _cents(column: str, text: str) -> Cents:
    dollars, _, cents = text.partition(".")
    if not dollars.isdecimal() or (cents and not cents.isdecimal()) or len(cents) > 2:
        raise ValueError(f"{column} {text!r} is not an amount such as 450 or 449.50")
    return int(dollars) * 100 + int((cents + "00")[:2])
