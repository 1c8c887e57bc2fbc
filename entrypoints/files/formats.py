"""Which column of a file has what: the project's own files, those of the contest, and any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...ports.language.currencies import Currency
from .rows import BadFile, Row

SALES = ("sold_on", "product", "size", "price")
"""What a sale needs."""
PRODUCTS = ("product", "retail", "released_on")
"""What a product needs."""
ALSO = ("style_code", "brand", "model", "color")
"""What a file may have besides."""
NAMES = (*dict.fromkeys((*SALES, *PRODUCTS, *ALSO)),)

_CONTEST = {
    "product": "sneaker name",
    "sold_on": "order date",
    "size": "shoe size",
    "price": "sale price",
    "retail": "retail price",
    "released_on": "release date",
    "brand": "brand",
}
"""The columns of the StockX Data Contest of 2019."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file has each thing: the number of its column, and the column's name."""

    places: Mapping[str, tuple[int, str]]

    def has(self, *names: str) -> bool:
        """Return whether the file has all of these."""
        return all(name in self.places for name in names)

    def field(self, row: Row, name: str) -> str:
        """Return what a row has, or an empty text if there is no such column."""
        return row.fields[self.places[name][0]] if name in self.places else ""

    def column(self, name: str) -> str:
        """Return the name of a column, for a message."""
        return self.places[name][1]


def parse_mapping(text: str) -> dict[str, str]:
    """Return the names of columns that a user gives, as `price=Amount,size=US size`.

    Raises ValueError.
    """
    given: dict[str, str] = {}
    for part in text.split(","):
        name, equals, column = part.partition("=")
        if name.strip() not in NAMES or not equals or not column.strip():
            raise ValueError(
                f"{part.strip()!r} does not say which column is what; "
                f"write NAME=COLUMN with one of {', '.join(NAMES)}"
            )
        given[name.strip()] = column.strip()
    return given


def find_columns(
    header: Sequence[str],
    needed: Sequence[str],
    currency: Currency,
    name: str,
    given: Mapping[str, str] | None = None,
) -> Columns:
    """Return where a file has what is needed, and what else it has. Raises BadFile.

    `given` names columns. Without it, the names of the project's own files and of the contest's are
    known. Case does not matter.
    """
    there: dict[str, int] = {}
    for place, column in enumerate(header):
        if column.lower() in there and column:
            raise BadFile(f"{name} has two columns {column!r}")
        there[column.lower()] = place
    code = currency.code.lower()
    own = {
        **{each: each for each in NAMES},
        "size": "us_size",
        "price": f"price_{code}",
        "retail": f"retail_{code}",
    }
    best: dict[str, tuple[int, str]] = {}
    for names in [given] if given is not None else [own, _CONTEST]:
        found = {
            each: (there[column.lower()], header[there[column.lower()]])
            for each, column in names.items()
            if column.lower() in there
        }
        best = max(best, found, key=lambda places: sum(each in places for each in needed))
        lacking = [column for each, column in (given or {}).items() if each not in found]
        if lacking:
            raise BadFile(f"{name} has no column {', '.join(map(repr, lacking))}")
    missing = [(given or own).get(each, each) for each in needed if each not in best]
    if missing:
        wanted = ", ".join(own[each] for each in needed)
        raise BadFile(f"{name} needs the columns {wanted}; no {', '.join(missing)}")
    return Columns(best)
