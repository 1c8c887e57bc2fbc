"""The tables of the search index, which exist in SQLite only.

There are two sets of tables, called slots: one serves, and a rebuild fills the other. `changed` is
the number of the write that last changed a product.
"""

from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
)

from .document_rows import described, figured

_metadata = MetaData()

search_index = Table(
    "search_index",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("serving", String(1), nullable=False),
    Column("rebuilds", Integer, nullable=False),
    Column("building", Boolean, nullable=False),
    Column("swaps", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("form", Integer, nullable=False),
)
"""One row: the serving slot, the number of rebuilds, and whether one is running.

`form` is that of the words in the serving slot.

`swaps` is how often another slot began to serve, and `changes` the number of writes.
"""

search_removed = Table(
    "search_removed",
    _metadata,
    Column("product_id", Uuid, primary_key=True),
    Column("changed", Integer, nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class SlotTables:
    """The tables of one slot: products and their words, and full-text indexes over both."""

    documents: Table
    text: Table
    words: Table
    trigrams: Table


def slot_tables(slot: str) -> SlotTables:
    """Return the tables of slot `a` or `b`."""
    documents = Table(
        f"search_documents_{slot}",
        _metadata,
        Column("number", Integer, primary_key=True),
        Column("product_id", Uuid, nullable=False, unique=True),
        *described(),
        Column("words", String, nullable=False),
        *figured(),
        Column("changed", Integer, nullable=False),
    )
    words = Table(
        f"search_words_{slot}",
        _metadata,
        Column("number", Integer, primary_key=True),
        Column("word", String, nullable=False, unique=True),
    )
    return SlotTables(
        documents, _full_text("search_text", slot), words, _full_text("search_trigrams", slot)
    )


def _full_text(kind: str, slot: str) -> Table:
    """Return an FTS5 table that indexes texts of another table, under the same row numbers.

    A value inserted into the column with the table's name is an FTS5 command.
    """
    name = f"{kind}_{slot}"
    return Table(
        name,
        _metadata,
        Column("rowid", Integer),
        Column("text", String),
        Column(name, String, key="command"),
    )
