"""Views of the stored order books, in SQL."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, literal_column, select, union_all

from ....ports.book_views import StoredBooks
from ....ports.language.market import BookKey, BookView, PriceLevel, Side, shard_of
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import engine_shards
from .book_columns import book_of
from .halts import STANDING, halt_of
from .quote_rows import TABLES, is_active, is_one_of_books, lists_of_books

_SHARDS = Statement(
    select(engine_shards.c.shard, engine_shards.c.sequence).where(
        one_of(engine_shards.c.shard, "shards")
    )
)
_LEVELS = Statement(
    union_all(
        *(
            select(
                literal_column(f"'{side}'").label("side"),
                table.c.product_id,
                table.c.size,
                table.c.condition,
                table.c.amount,
                func.count().label("quantity"),
            )
            .where(is_active(table), is_one_of_books(table))
            .group_by(table.c.product_id, table.c.size, table.c.condition, table.c.amount)
            for side, table in TABLES.items()
        )
    )
)


class SqlStoredBooks(StoredBooks):
    """Builds views by counting the active quotes at each amount."""

    def __init__(self, database: SqlDatabase, *, shards: int = 1) -> None:
        self._database = database
        self._shards = shards

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        # Read the numbers first, because levels may be newer than their number, but never older.
        shards = {shard_of(book, self._shards) for book in books}
        rows = await self._database.rows(_SHARDS, shards=shards)
        committed = {row.shard: row.sequence for row in rows}
        halts = [halt_of(row) for row in await self._database.rows(STANDING)]
        by_side: dict[tuple[BookKey, Side], list[Row]] = {}
        for row in await self._database.rows(_LEVELS, **lists_of_books(books)):
            by_side.setdefault((book_of(row), Side(row.side)), []).append(row)
        return [
            BookView(
                book,
                committed.get(shard_of(book, self._shards), 0),
                _levels(by_side.get((book, Side.BID), ()), depth, descending=True),
                _levels(by_side.get((book, Side.ASK), ()), depth, descending=False),
                halted=any(halt.covers(book) for halt in halts),
            )
            for book in books
        ]


def _levels(rows: Iterable[Row], depth: int | None, *, descending: bool) -> tuple[PriceLevel, ...]:
    by_price = sorted(rows, key=lambda row: row.amount, reverse=descending)[:depth]
    return tuple(PriceLevel(row.amount, row.quantity) for row in by_price)
