"""The products of a whole file that is small."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.language.currencies import Currency
from ...ports.language.imports import GivenProduct
from .formats import PRODUCTS, find_columns
from .records import product_in
from .rows import RowFile


@dataclass(frozen=True, slots=True)
class ProductsOfFile:
    """The products of a file by their lines, and the lines that have none, with the reasons."""

    given: Mapping[int, GivenProduct]
    refused: Mapping[int, str]


def products_of(content: bytes, currency: Currency, name: str) -> ProductsOfFile:
    """Return the products of a CSV file. Raises BadFile."""
    rows = RowFile(io.BytesIO(content), name)
    columns = find_columns(rows.columns, PRODUCTS, currency, name)
    given, refused = dict[int, GivenProduct](), dict[int, str]()
    for row in rows:
        try:
            if row.problem is not None:
                raise ValueError(row.problem)
            given[row.line] = product_in(row, columns, currency)
        except ValueError as error:
            refused[row.line] = str(error)
    return ProductsOfFile(given, refused)
