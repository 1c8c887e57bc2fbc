"""One slot of the search index: its statements, and how products are written to it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from ....ports.language.ids import ProductId
from ....ports.language.search import MarketFigures, SearchDocument
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, insert_row
from .document_rows import document_of, document_values, joined_in, words_in
from .sqlite_search_tables import SlotTables, slot_tables

CANDIDATES = 200
"""The number of indexed words that are compared with a word that may have a typo."""
PORTION = 200
"""The number of changed products that are read at once."""


def _matching(table: Table, parameter: str) -> ColumnElement[bool]:
    return table.c.command.op("MATCH")(bindparam(parameter, type_=String))


def _command(table: Table, command: str) -> Statement:
    return Statement(insert(table).values({table.c.command: command}))


class SearchSlot:
    """The statements on one slot's tables."""

    def __init__(self, name: str) -> None:
        self.name = name
        tables = slot_tables(name)
        documents = tables.documents
        among = one_of(documents.c.product_id, "ids")
        self._known = Statement(
            select(
                documents.c.product_id,
                documents.c.version,
                documents.c.lowest_ask,
                documents.c.sales,
                documents.c.as_of,
            ).where(among)
        )
        self._documents = Statement(select(documents).where(among))
        self._forget_text = Statement(
            insert(tables.text).from_select(
                [tables.text.c.command, tables.text.c.rowid, tables.text.c.text],
                select(literal("delete"), documents.c.number, documents.c.words).where(among),
            ),
            long=True,
        )
        self._forget = Statement(delete(documents).where(among), long=True)
        self._last = Statement(select(func.coalesce(func.max(documents.c.number), 0).label("last")))
        self._add = Statement(insert_row(documents))
        self._add_text = Statement(
            insert(tables.text).from_select(
                [tables.text.c.rowid, tables.text.c.text],
                select(documents.c.number, documents.c.words).where(
                    documents.c.number > bindparam("last")
                ),
            ),
            long=True,
        )
        words = tables.words
        self._last_word = Statement(
            select(func.coalesce(func.max(words.c.number), 0).label("last"))
        )
        self._add_word = Statement(insert_or_skip(words, words.c.word))
        self._add_trigrams = Statement(
            insert(tables.trigrams).from_select(
                [tables.trigrams.c.rowid, tables.trigrams.c.text],
                select(words.c.number, " " + words.c.word + " ").where(
                    words.c.number > bindparam("last")
                ),
            ),
            long=True,
        )
        self._set_figures = Statement(
            update(documents)
            .where(
                documents.c.product_id == bindparam("product"),
                or_(documents.c.as_of.is_(None), documents.c.as_of <= bindparam("at")),
            )
            .values(
                lowest_ask=bindparam("price"),
                sales=bindparam("count"),
                as_of=bindparam("at"),
                changed=bindparam("change"),
            )
        )
        self._clear = [
            Statement(delete(documents), long=True),
            Statement(delete(words), long=True),
            _command(tables.text, "delete-all"),
            _command(tables.trigrams, "delete-all"),
        ]
        self.any_match = Statement(
            select(tables.text.c.rowid).where(_matching(tables.text, "match")).limit(1)
        )
        self.similar = Statement(_similar(tables))
        self.matches = Statement(
            select(func.json_group_array(tables.text.c.rowid).label("numbers")).where(
                _matching(tables.text, "match")
            )
        )
        self.changed = Statement(_changed(documents))

    async def clear(self, database: SqlDatabase) -> None:
        """Empty the slot."""
        for statement in self._clear:
            await database.execute(statement)

    async def write(
        self, database: SqlDatabase, documents: Sequence[SearchDocument], change: int
    ) -> None:
        """Write those documents whose version is newer than the stored one. Figures stay.

        `change` is the number of the write.
        """
        known = await self._rows(database, [document.product_id for document in documents])
        later = [
            document
            for document in documents
            if document.product_id not in known
            or known[document.product_id].version < document.version
        ]
        if not later:
            return
        await self.remove(database, [d.product_id for d in later if d.product_id in known])
        last = (await database.rows(self._last))[0].last
        await database.execute_many(
            self._add,
            [
                document_values(document, known.get(document.product_id))
                | {
                    "words": " ".join([*words_in(document), *joined_in(document)]),
                    "changed": change,
                }
                for document in later
            ],
        )
        await database.execute(self._add_text, last=last)
        last = (await database.rows(self._last_word))[0].last
        words = {word for document in later for word in words_in(document)}
        await database.execute_many(
            self._add_word, [{"number": None, "word": word} for word in sorted(words)]
        )
        await database.execute(self._add_trigrams, last=last)

    async def write_figures(
        self, database: SqlDatabase, figures: Mapping[ProductId, MarketFigures], change: int
    ) -> None:
        """Set the figures of indexed products, unless they have later figures.

        `change` is the number of the write.
        """
        await database.execute_many(
            self._set_figures,
            [
                {
                    "product": product_id,
                    "price": f.lowest_ask,
                    "count": f.sales,
                    "at": f.as_of,
                    "change": change,
                }
                for product_id, f in figures.items()
            ],
        )

    async def figures(
        self, database: SqlDatabase, product_ids: Sequence[ProductId]
    ) -> dict[ProductId, MarketFigures]:
        """Return the stored figures of the products, if they have any."""
        rows = await self._rows(database, product_ids)
        return {
            product_id: MarketFigures(row.lowest_ask, row.sales, row.as_of)
            for product_id, row in rows.items()
            if row.as_of is not None
        }

    async def documents(
        self, database: SqlDatabase, product_ids: Collection[ProductId]
    ) -> dict[ProductId, SearchDocument]:
        """Return the products that are in the slot."""
        rows = await database.rows(self._documents, ids=list(product_ids))
        return {row.product_id: document_of(row) for row in rows}

    async def remove(self, database: SqlDatabase, product_ids: Sequence[ProductId]) -> None:
        """Remove products. Their words stay in the list of words."""
        if product_ids:
            await database.execute(self._forget_text, ids=product_ids)
            await database.execute(self._forget, ids=product_ids)

    async def _rows(
        self, database: SqlDatabase, product_ids: Sequence[ProductId]
    ) -> dict[ProductId, Any]:
        rows = await database.rows(self._known, ids=product_ids)
        return {row.product_id: row for row in rows}


# ---- queries ---------------------------------------------------------------------------------


def _similar(tables: SlotTables) -> Select[Any]:
    """Return the words that share most trigrams with the typed word. Some may be stale."""
    trigrams, words = tables.trigrams, tables.words
    ranked = (
        select(trigrams.c.rowid)
        .where(_matching(trigrams, "match"))
        .order_by(literal_column("rank"))
        .limit(CANDIDATES)
        .subquery()
    )
    return select(words.c.word).where(words.c.number.in_(select(ranked.c.rowid)))


def _changed(documents: Table) -> Select[Any]:
    """Return a query for the products that changed after a place, in order."""
    columns = documents.c
    after = tuple_(bindparam("change", type_=Integer), bindparam("number", type_=Integer))
    return (
        select(
            columns.number,
            columns.version,
            columns.product_id,
            columns.style_code,
            columns.style_key,
            columns.brand,
            columns.brand_key,
            columns.model,
            columns.colorway,
            columns.retail_price,
            columns.release_date,
            columns.sizes,
            columns.lowest_ask,
            columns.sales,
            columns.changed,
        )
        .where(
            tuple_(columns.changed, columns.number) > after,
            columns.changed <= bindparam("until"),
        )
        .order_by(columns.changed, columns.number)
        .limit(PORTION)
    )
