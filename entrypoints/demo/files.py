"""The demo's files: a catalogue and its sales, as CSV."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from ...ports.language.errors import InvalidSize, InvalidText
from ...ports.language.market import Size, parse_size
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from ...ports.language.text import check_text

R = TypeVar("R")

_PRODUCT_COLUMNS = ("product", "model", "color", "retail_usd", "released_on")
_SALE_COLUMNS = ("sold_on", "product", "us_size", "price_usd")
_SHOWN = 20
_MAX_NAME = 100
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{0,2}))?")
_YEARS = range(1980, 2101)


class BadFile(ValueError):
    """A file cannot be used. The text lists the line and the problem of each bad row."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One product: full name, color, retail price in cents, release date."""

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


def read_catalogue(path: Path | None, rules: MarketRules) -> list[CatalogueRow]:
    """Return the products of a file, or of the sample. Raises BadFile, OSError.

    Names are unique, and no retail price is above the maximum amount of the rules.
    """
    names: set[str] = set()
    rows = _read(
        path or _sample("products.csv"),
        _PRODUCT_COLUMNS,
        lambda row: _catalogue_row(row, names, rules),
    )
    if not rows:
        raise BadFile(f"{path or 'the sample'} has no products")
    return rows


def read_sales(
    path: Path | None, catalogue: list[CatalogueRow], rules: MarketRules
) -> list[SaleRow]:
    """Return the sales of a file, or of the sample, oldest first. Raises BadFile, OSError.

    Each product must be in the catalogue, and each price must be valid under the market's rules.
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
    try:
        for line, row in _lines(source, columns):
            try:
                rows.append(parse(_fields(row, columns)))
            except ValueError as error:
                problems.append(f"  line {line}: {error}")
    except csv.Error as error:
        raise BadFile(f"{source} is not CSV: {error}") from error
    if problems:
        more = len(problems) - _SHOWN
        shown = problems[:_SHOWN] + ([f"  and {more} more"] if more > 0 else [])
        raise BadFile("\n".join([f"{source} has bad rows:", *shown]))
    return rows


def _lines(
    source: Path | Traversable, columns: tuple[str, ...]
) -> Iterator[tuple[int, dict[str | None, Any]]]:
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{source} is not UTF-8 text") from error
    reader: csv.DictReader[Any] = csv.DictReader(io.StringIO(text), strict=True)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise BadFile(f"{source} needs the columns {', '.join(columns)}; no {', '.join(missing)}")
    for row in reader:
        yield reader.line_num, row


def _fields(row: dict[str | None, Any], columns: tuple[str, ...]) -> dict[str, str]:
    if any(row.get(None, ())):
        raise ValueError("there are more fields than columns")
    return {column: (row[column] or "").strip() for column in columns}


def _catalogue_row(row: dict[str, str], names: set[str], rules: MarketRules) -> CatalogueRow:
    name = _text("product", row["product"])
    if name in names:
        raise ValueError(f"{_short(name)} is a duplicate")
    names.add(name)
    price = _cents("retail_usd", row["retail_usd"])
    if price > rules.max_amount:
        raise ValueError(f"retail_usd {row['retail_usd']} is above {rules.max_amount / 100:,.2f}")
    color = _text("color", row["color"])
    return CatalogueRow(name, color, price, _date("released_on", row["released_on"]))


def _sale_row(row: dict[str, str], names: set[str], rules: MarketRules) -> SaleRow:
    sold_on = _date("sold_on", row["sold_on"])
    product = _text("product", row["product"])
    if product not in names:
        raise ValueError(f"{_short(product)} is not in the catalogue")
    price = _cents("price_usd", row["price_usd"])
    if not rules.min_amount <= price <= rules.max_amount or price % rules.tick:
        raise ValueError(
            f"price_usd {row['price_usd']} is not between {rules.min_amount / 100:,.2f} and "
            f"{rules.max_amount / 100:,.2f} in steps of {rules.tick / 100:,.2f}"
        )
    return SaleRow(sold_on, product, _size(row["us_size"]), price)


def _text(column: str, text: str) -> str:
    try:
        return check_text(column, text, max_length=_MAX_NAME)
    except InvalidText as error:
        raise ValueError(str(error)) from None


def _date(column: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column} {_short(text)} is not a date such as 2017-10-17") from None
    if day.year not in _YEARS:
        raise ValueError(f"{column} {day} is not between {_YEARS[0]} and {_YEARS[-1]}")
    return day


def _size(text: str) -> Size:
    try:
        return parse_size(text)
    except InvalidSize as error:
        raise ValueError(f"us_size: {error}") from None


def _cents(column: str, text: str) -> Cents:
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        raise ValueError(f"{column} {_short(text)} is not an amount such as 450 or 449.50")
    dollars, cents = amount.groups(default="")
    return int(dollars) * 100 + int((cents + "00")[:2])


def _short(text: str) -> str:
    return repr(text if len(text) <= _MAX_NAME else f"{text[:_MAX_NAME]}...")
