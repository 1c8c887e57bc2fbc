"""Conditions and row mappings of bids, asks and matches, shared by the stores."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    bindparam,
    literal_column,
    select,
    union_all,
)

from ....ports.language.market import BookKey, Match, Quote, QuoteStatus, Side, shard_of
from ..engine.constructs import OneOfRows, one_of_rows
from ..engine.statement import Row, Statement
from ..schema import asks, bids, ended_quotes, matches
from ..schema.columns import is_word
from .book_columns import book_of, book_values

T = TypeVar("T")

TABLES = {Side.BID: bids, Side.ASK: asks}

_HASHES = 2**32

MATCH = Statement(select(matches).where(matches.c.id == bindparam("id")))


def is_active(table: Table) -> ColumnElement[bool]:
    """Return the condition that a quote is active, as written in the partial indexes."""
    return is_word(table.c.status, QuoteStatus.ACTIVE)


def is_waiting(table: Table) -> ColumnElement[bool]:
    """Return the condition that an ask waits, as written in the partial index."""
    return is_word(table.c.status, QuoteStatus.WAITING)


def is_book(table: Table) -> ColumnElement[bool]:
    """Return the condition that a quote belongs to the book in the parameters."""
    return (
        (table.c.product_id == bindparam("product_id"))
        & (table.c.size == bindparam("size"))
        & (table.c.condition == bindparam("condition"))
    )


def is_one_of_books(table: Table) -> OneOfRows:
    """Return the condition that a quote belongs to one of the books in the parameters."""
    columns = (table.c.product_id, table.c.size, table.c.condition)
    return one_of_rows(columns, ("product_ids", "sizes", "conditions"))


def lists_of_books(books: Collection[BookKey]) -> dict[str, list[Any]]:
    """Return the parameters of `is_one_of_books`."""
    return {
        "product_ids": [book.product_id for book in books],
        "sizes": [book.size for book in books],
        "conditions": [book.condition for book in books],
    }


def on_each_side(condition: Callable[[Table], ColumnElement[bool]]) -> list[Select[Any]]:
    """Return a query for the bids and one for the asks that meet the condition."""
    return [
        select(literal_column(f"'{side}'").label("side"), table).where(condition(table))
        for side, table in TABLES.items()
    ]


ENDED_COLUMNS = [column for column in ended_quotes.c if column.name != "side"]
"""The columns of an ended quote, which those of the books have too."""


def of_side(side: Side) -> tuple[Select[Any], Select[Any]]:
    """Return a query for the quotes of a side in its books, and one for its ended ones."""
    label: ColumnElement[str] = literal_column(f"'{side}'").label("side")
    table = TABLES[side]
    return (
        select(label, *(table.c[column.name] for column in ENDED_COLUMNS)),
        select(label, *ENDED_COLUMNS).where(is_word(ended_quotes.c.side, side)),
    )


def everywhere(condition: Callable[[Table], ColumnElement[bool]]) -> CompoundSelect[Any]:
    """Return a query for the bids and asks that meet the condition, also the ended ones."""
    in_books = (of_side(side)[0].where(condition(table)) for side, table in TABLES.items())
    ended = select(ended_quotes.c.side, *ENDED_COLUMNS).where(condition(ended_quotes))
    return union_all(*in_books, ended)


def standing(condition: Callable[[Table], ColumnElement[bool]]) -> list[Select[Any]]:
    """Return queries for the standing quotes that meet the condition."""
    waiting = select(literal_column(f"'{Side.ASK}'").label("side"), asks)
    return [
        *on_each_side(lambda table: is_active(table) & condition(table)),
        waiting.where(is_waiting(asks) & condition(asks)),
    ]


def hash_of(book: BookKey) -> int:
    """Return the hash of a book, whose remainder is the book's shard."""
    return shard_of(book, _HASHES)


def quote_values(quote: Quote) -> dict[str, Any]:
    """Return a quote's values by column. The side is not one, because each has a table."""
    return {
        "id": quote.id,
        "user_id": quote.user_id,
        **book_values(quote.book),
        "book_hash": hash_of(quote.book),
        "amount": quote.amount,
        "sequence": quote.sequence,
        "created_at": quote.created_at,
        "expires_at": quote.expires_at,
        "status": quote.status,
        "match_id": quote.match_id,
        "time_in_force": quote.time_in_force,
    }


class Shared:
    """Interns equal values, so the engine's quotes take less memory.

    It drops all values when there are too many.
    """

    _MOST = 100_000

    def __init__(self) -> None:
        self._values: dict[Any, Any] = {}

    def __call__(self, value: T) -> T:
        """Return the first equal value that was passed."""
        if len(self._values) > self._MOST:
            self._values.clear()
        shared: T = self._values.setdefault(value, value)
        return shared


def _itself(value: T) -> T:
    return value


def quote_of(row: Row, shared: Shared | None = None) -> Quote:
    """Return the quote in a row of `on_each_side`, with interned values if `shared` is given."""
    one = shared or _itself
    return Quote(
        id=row.id,
        side=Side(row.side),
        user_id=one(row.user_id),
        book=one(book_of(row)),
        amount=one(row.amount),
        sequence=row.sequence,
        created_at=row.created_at,
        expires_at=row.expires_at,
        status=row.status,
        match_id=row.match_id,
        time_in_force=row.time_in_force,
    )


def match_values(match: Match) -> dict[str, Any]:
    """Return a match's values by column."""
    return {
        "id": match.id,
        "bid_id": match.bid_id,
        "ask_id": match.ask_id,
        "buyer_id": match.buyer_id,
        "seller_id": match.seller_id,
        **book_values(match.book),
        "price": match.price,
        "matched_at": match.matched_at,
        "maker": match.maker,
        "status": match.status,
    }


def match_of(row: Row) -> Match:
    """Return the match in a row."""
    return Match(
        id=row.id,
        bid_id=row.bid_id,
        ask_id=row.ask_id,
        buyer_id=row.buyer_id,
        seller_id=row.seller_id,
        book=book_of(row),
        price=row.price,
        matched_at=row.matched_at,
        maker=row.maker,
        status=row.status,
    )
