"""The rows of bids, asks and matches, which the quotes and the books share."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    literal_column,
    select,
)

from ....ports.language.market import BookKey, Match, Quote, QuoteStatus, Side, shard_of
from ..engine.constructs import OneOfRows, one_of_rows
from ..engine.statement import Row, Statement
from ..schema import asks, bids, matches
from ..schema.columns import is_word
from .book_columns import book_of, book_values

T = TypeVar("T")

TABLES = {Side.BID: bids, Side.ASK: asks}

_HASHES = 2**32

MATCH = Statement(select(matches).where(matches.c.id == bindparam("id")))


def is_active(table: Table) -> ColumnElement[bool]:
    """Return that a quote rests in a book, in the words of the partial indexes."""
    return is_word(table.c.status, QuoteStatus.ACTIVE)


def is_waiting(table: Table) -> ColumnElement[bool]:
    """Return that an ask waits until its book opens, in the words of the partial index."""
    return is_word(table.c.status, QuoteStatus.WAITING)


def is_book(table: Table) -> ColumnElement[bool]:
    """Return that a quote is in the book that the parameters name."""
    return (
        (table.c.product_id == bindparam("product_id"))
        & (table.c.size == bindparam("size"))
        & (table.c.condition == bindparam("condition"))
    )


def is_one_of_books(table: Table) -> OneOfRows:
    """Return that a quote is in one of the books whose columns the parameters list."""
    columns = (table.c.product_id, table.c.size, table.c.condition)
    return one_of_rows(columns, ("product_ids", "sizes", "conditions"))


def lists_of_books(books: Collection[BookKey]) -> dict[str, list[Any]]:
    """Return the parameters that list some books."""
    return {
        "product_ids": [book.product_id for book in books],
        "sizes": [book.size for book in books],
        "conditions": [book.condition for book in books],
    }


def on_each_side(condition: Callable[[Table], ColumnElement[bool]]) -> list[Select[Any]]:
    """Return one query for the bids and one for the asks of which the condition holds."""
    return [
        select(literal_column(f"'{side}'").label("side"), table).where(condition(table))
        for side, table in TABLES.items()
    ]


def standing(condition: Callable[[Table], ColumnElement[bool]]) -> list[Select[Any]]:
    """Return queries for the quotes that rest or wait of which the condition holds."""
    waiting = select(literal_column(f"'{Side.ASK}'").label("side"), asks)
    return [
        *on_each_side(lambda table: is_active(table) & condition(table)),
        waiting.where(is_waiting(asks) & condition(asks)),
    ]


def quote_values(quote: Quote) -> dict[str, Any]:
    """Return a quote's values by column; its side is its table."""
    return {
        "id": quote.id,
        "user_id": quote.user_id,
        **book_values(quote.book),
        "book_hash": shard_of(quote.book, _HASHES),
        "amount": quote.amount,
        "sequence": quote.sequence,
        "created_at": quote.created_at,
        "expires_at": quote.expires_at,
        "status": quote.status,
        "match_id": quote.match_id,
        "time_in_force": quote.time_in_force,
    }


class Shared:
    """Gives equal values as one object, so that the engine's many quotes take less memory.

    It forgets them when it has seen too many.
    """

    _MOST = 100_000

    def __init__(self) -> None:
        self._values: dict[Any, Any] = {}

    def __call__(self, value: T) -> T:
        """Return an earlier value that was equal to this one."""
        if len(self._values) > self._MOST:
            self._values.clear()
        shared: T = self._values.setdefault(value, value)
        return shared


def _itself(value: T) -> T:
    return value


def quote_of(row: Row, shared: Shared | None = None) -> Quote:
    """Return the quote in a row of `on_each_side`; what others have too may be shared."""
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
