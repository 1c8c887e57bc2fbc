"""The demo's files: a catalogue and its sales, as CSV."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from ...ports.language.currencies import DOLLAR, Currency
from ...ports.language.errors import InvalidSize, InvalidText
from ...ports.language.market import Size, parse_size
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from ...ports.language.text import check_text

R = TypeVar("R")

_SHOWN = 20
_MAX_NAME = 100
_YEARS = range(1980, 2101)


class BadFile(ValueError):
    """A file cannot be used. The text lists the line and the problem of each bad row."""


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
class _Prices:
    """The prices of a file, in the column that has the name of their currency, as `price_usd`."""

    what: str
    path: Path | None
    """None for the sample."""
    rules: MarketRules

    @property
    def column(self) -> str:
        """The column's name."""
        return f"{self.what}_{self._currency.code.lower()}"

    def read(self, row: dict[str, str]) -> Cents:
        """Return the price of a row in the currency of the rules. Raises ValueError."""
        try:
            price = self._currency.parse(row[self.column])
        except ValueError:
            text, example = _short(row[self.column]), self._currency.example
            raise ValueError(f"{self.column} {text} is not an amount such as {example}") from None
        return self.rules.money.in_place_of(price) if self.path is None else price

    def shown(self, row: dict[str, str]) -> str:
        """Return the column and what is in it."""
        return f"{self.column} {row[self.column]}"

    @property
    def _currency(self) -> Currency:
        return DOLLAR if self.path is None else self.rules.money


def read_catalogue(path: Path | None, rules: MarketRules) -> list[CatalogueRow]:
    """Return the products of a file, or of the sample. Raises BadFile, OSError.

    Names are unique, and no retail price is above the maximum amount of the rules. Prices are in
    the currency of the rules. Those of the sample are in dollars, whose place it takes.
    """
    names: set[str] = set()
    prices = _Prices("retail", path, rules)
    rows = _read(
        path or _sample("products.csv"),
        ("product", "model", "color", prices.column, "released_on"),
        lambda row: _catalogue_row(row, names, prices),
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
    prices = _Prices("price", path, rules)
    rows = _read(
        path or _sample("sales.csv"),
        ("sold_on", "product", "us_size", prices.column),
        lambda row: _sale_row(row, names, prices),
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


def _catalogue_row(row: dict[str, str], names: set[str], prices: "_Prices") -> CatalogueRow:
    name = _text("product", row["product"])
    if name in names:
        raise ValueError(f"{_short(name)} is a duplicate")
    names.add(name)
    price, rules = prices.read(row), prices.rules
    if price > rules.max_amount:
        raise ValueError(f"{prices.shown(row)} is above {rules.money.plain(rules.max_amount)}")
    color = _text("color", row["color"])
    return CatalogueRow(name, color, price, _date("released_on", row["released_on"]))


def _sale_row(row: dict[str, str], names: set[str], prices: "_Prices") -> SaleRow:
    sold_on = _date("sold_on", row["sold_on"])
    product = _text("product", row["product"])
    if product not in names:
        raise ValueError(f"{_short(product)} is not in the catalogue")
    price, rules = prices.read(row), prices.rules
    if not rules.allows(price):
        plain = rules.money.plain
        raise ValueError(
            f"{prices.shown(row)} is not between {plain(rules.min_amount)} and "
            f"{plain(rules.max_amount)} in steps of {plain(rules.tick)}"
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


def _short(text: str) -> str:
    return repr(text if len(text) <= _MAX_NAME else f"{text[:_MAX_NAME]}...")
