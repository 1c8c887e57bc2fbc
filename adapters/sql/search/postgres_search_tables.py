"""The tables of the search index, which exist in PostgreSQL only.

A product has a row in each generation of the index: one generation serves, and a rebuild fills the
next.
"""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from ..schema.columns import metadata as _store
from .document_rows import described, figured

metadata = MetaData(naming_convention=_store.naming_convention)

search_index = Table(
    "search_index",
    metadata,
    Column(
        "id", Integer, CheckConstraint("id = 1", name="id"), primary_key=True, autoincrement=False
    ),
    Column("serving", Integer, nullable=False),
    Column("building", Integer),
    Column("rebuilds", Integer, nullable=False),
    Column("form", Integer, nullable=False),
)
"""One row: the generation that serves, the one that a rebuild fills, and the latest number.

`form` is that of the words in the generation that serves.
"""

search_removed = Table("search_removed", metadata, Column("product_id", Uuid, primary_key=True))

search_words = Table(
    "search_words",
    metadata,
    Column("word", String, primary_key=True),
    Column("trigrams", ARRAY(String), nullable=False),
)
"""Every word that a product ever had. A word that no product has any more does no harm."""

search_documents = Table(
    "search_documents",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("product_id", Uuid, primary_key=True),
    *described(),
    Column("words", ARRAY(String), nullable=False),
    Column("text", TSVECTOR, Computed("array_to_tsvector(words::text[])", persisted=True)),
    *figured(),
)
Index("ix_search_words_trigrams", search_words.c.trigrams, postgresql_using="gin")
Index("ix_search_documents_text", search_documents.c.text, postgresql_using="gin")
Index("ix_search_documents_style_key", search_documents.c.generation, search_documents.c.style_key)
Index(
    "ix_search_documents_sales",
    search_documents.c.generation,
    search_documents.c.sales,
    search_documents.c.product_id,
)
