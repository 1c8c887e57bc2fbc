"""The columns that identify a book, which many tables have."""

from typing import Any

from ....ports.language.market import BookKey
from ..engine.statement import Row


def book_values(book: BookKey) -> dict[str, Any]:
    """Return a book's values by column."""
    return {"product_id": book.product_id, "size": book.size, "condition": book.condition}


def book_of(row: Row) -> BookKey:
    """Return the key of a row's book."""
    return BookKey(row.product_id, row.size, row.condition)
