"""The turnover of each book, in SQL: the number of its sales and their total.

It is kept beside the sales, so that reading it does not take longer with every sale.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import ColumnElement, bindparam, select, update

from ....ports.language.analytics import Sale, SalesSummary
from ....ports.language.ids import ProductId
from ....ports.language.market import BookKey, Condition, Size
from ....ports.language.money import Cents
from ..bidding.book_columns import book_of, book_values
from ..engine.constructs import insert_or_replace, one_of_rows
from ..engine.database import SqlDatabase
from ..engine.shared_read import SharedRead
from ..engine.statement import Row, Statement
from ..schema import sales, turnovers

_ADD = Statement(
    insert_or_replace(
        turnovers,
        *turnovers.primary_key,
        change=lambda old, new: {"sales": old.sales + new.sales, "total": old.total + new.total},
    )
)
_REMOVE = Statement(
    update(turnovers)
    .where(
        turnovers.c.product_id == bindparam("of_product"),
        turnovers.c.size == bindparam("of_size"),
        turnovers.c.condition == bindparam("of_condition"),
    )
    .values(sales=turnovers.c.sales - 1, total=turnovers.c.total - bindparam("price"))
)


def _summaries(*which: ColumnElement[bool]) -> Statement:
    """Return a query for turnovers with their books' last sales, which an index finds."""
    of_book = sales.alias("of_book")
    last_id = (
        select(of_book.c.order_id)
        .where(
            ~of_book.c.voided,
            of_book.c.product_id == turnovers.c.product_id,
            of_book.c.size == turnovers.c.size,
            of_book.c.condition == turnovers.c.condition,
        )
        .order_by(of_book.c.sold_at.desc(), of_book.c.arrival.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Statement(
        select(turnovers, sales.c.order_id, sales.c.price, sales.c.sold_at, sales.c.arrival)
        .select_from(turnovers.join(sales, sales.c.order_id == last_id))
        .where(*which)
        .order_by(*turnovers.primary_key)
    )


_SUMMARIES = _summaries()
_SUMMARIES_OF_PRODUCT = _summaries(turnovers.c.product_id == bindparam("product_id"))
_SUMMARIES_OF_SIZES = _summaries(
    one_of_rows((turnovers.c.product_id, turnovers.c.size), ("product_ids", "sizes"))
)
_COUNTS = Statement(
    select(turnovers.c.sales).where(turnovers.c.product_id == bindparam("product_id"))
)

_SizeOf: TypeAlias = tuple[ProductId, Size]


class SqlTurnovers:
    """A row for each book that has or had a sale. Writes need a transaction."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._of_size = SharedRead(database, self._of_sizes)

    async def add(self, added: Collection[Sale]) -> None:
        """Count sales."""
        prices: defaultdict[BookKey, list[Cents]] = defaultdict(list)
        # Books in one sequence everywhere, or two transactions could deadlock.
        for sale in sorted(added, key=_of_book):
            prices[sale.book].append(sale.price)
        await self._database.execute_many(
            _ADD,
            (
                {**book_values(book), "sales": len(of_book), "total": sum(of_book)}
                for book, of_book in prices.items()
            ),
        )

    async def remove(self, sale: Sale) -> None:
        """Count a sale no longer."""
        changed = await self._database.execute(
            _REMOVE,
            of_product=sale.book.product_id,
            of_size=sale.book.size,
            of_condition=sale.book.condition,
            price=sale.price,
        )
        assert changed, sale

    async def count(self, product_id: ProductId) -> int:
        """Return the number of sales of a product."""
        rows = await self._database.rows(_COUNTS, product_id=product_id)
        return sum(row.sales for row in rows)

    async def summaries(
        self, product_id: ProductId | None, size: Size | None
    ) -> Sequence[SalesSummary]:
        """Return the turnovers, with the last sales, of one size, of a product, or of all books."""
        if product_id is None:
            return [_summary(row) for row in await self._database.rows(_SUMMARIES)]
        if size is None:
            rows = await self._database.rows(_SUMMARIES_OF_PRODUCT, product_id=product_id)
            return [_summary(row) for row in rows]
        return await self._of_size((product_id, size)) or ()

    async def _of_sizes(
        self, sizes: Collection[_SizeOf]
    ) -> Mapping[_SizeOf, Sequence[SalesSummary]]:
        rows = await self._database.rows(
            _SUMMARIES_OF_SIZES,
            product_ids=[product_id for product_id, _ in sizes],
            sizes=[size for _, size in sizes],
        )
        found: dict[_SizeOf, list[SalesSummary]] = {}
        for row in rows:
            found.setdefault((row.product_id, row.size), []).append(_summary(row))
        return found


def _of_book(sale: Sale) -> tuple[ProductId, Size, Condition]:
    return sale.book.product_id, sale.book.size, sale.book.condition


def _summary(row: Row) -> SalesSummary:
    last = Sale(row.order_id, book_of(row), row.price, row.sold_at, row.arrival)
    return SalesSummary(row.sales, row.total, last)
