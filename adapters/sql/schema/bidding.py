"""The tables of the matching engine: quotes, matches, shards, halts and idempotency keys."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    String,
    Table,
    Uuid,
    or_,
)
from sqlalchemy import Integer as Int

from ....ports.language.market import Condition, MatchStatus, QuoteStatus, Side, TimeInForce
from ..engine.sealing import sealed
from .columns import Instant, book_columns, is_word, metadata, partial_index, positive, word


def is_over(table: Table) -> ColumnElement[bool]:
    """Return the condition that a quote never trades again, as written in the partial indexes."""
    cancelled = is_word(table.c.status, QuoteStatus.CANCELLED)
    return or_(cancelled, is_word(table.c.status, QuoteStatus.EXPIRED))


def _course() -> tuple[Column[Any] | CheckConstraint, ...]:
    """Return the columns of what a quote offers and what becomes of it, standing or ended."""
    return (
        Column("amount", BigInteger, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("status", word(QuoteStatus, "status"), nullable=False),
        Column("match_id", Uuid),
        Column("time_in_force", word(TimeInForce, "time_in_force"), nullable=False),
        positive("amount"),
    )


def _quotes(name: str) -> Table:
    """Return the table of one side. `book_hash` modulo the number of shards is a quote's shard."""
    table = Table(
        name,
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, nullable=False),
        *book_columns(),
        Column("book_hash", BigInteger, nullable=False),
        *_course(),
        sqlite_with_rowid=False,
    )
    active = is_word(table.c.status, QuoteStatus.ACTIVE)
    book = table.c.product_id, table.c.size, table.c.condition
    Index(None, table.c.user_id, table.c.id)
    partial_index(f"ix_{name}_active_in_book", *book, where=active)
    # With the status, SQLite counts a user's quotes by the index alone.
    partial_index(f"ix_{name}_active_of_user", table.c.user_id, table.c.status, where=active)
    partial_index(f"ix_{name}_active_until", table.c.expires_at, where=active)
    # What is to be archived.
    partial_index(f"ix_{name}_over", table.c.created_at, where=is_over(table))
    matched = is_word(table.c.status, QuoteStatus.MATCHED)
    partial_index(f"ix_{name}_matched", table.c.created_at, where=matched)
    return table


bids = _quotes("bids")
asks = _quotes("asks")
_waiting = is_word(asks.c.status, QuoteStatus.WAITING)
_book = asks.c.product_id, asks.c.size, asks.c.condition
partial_index("ix_asks_waiting_in_book", *_book, where=_waiting)
partial_index("ix_asks_waiting_of_user", asks.c.user_id, asks.c.status, where=_waiting)
partial_index("ix_asks_waiting_until", asks.c.expires_at, where=_waiting)

# Ended quotes, of both sides. Nothing writes to them, so they need few indexes.
ended_quotes = Table(
    "ended_quotes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("side", word(Side, "side"), nullable=False),
    Column("user_id", Uuid, nullable=False),
    *book_columns(),
    *_course(),
    sqlite_with_rowid=False,
)
Index(None, ended_quotes.c.user_id, ended_quotes.c.side, ended_quotes.c.id)
partial_index(
    "ix_ended_quotes_without_match",
    ended_quotes.c.expires_at,
    where=ended_quotes.c.match_id.is_(None),
)

# Its quotes are in the tables of quotes or among the ended ones.
matches = Table(
    "matches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("bid_id", Uuid, nullable=False),
    Column("ask_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    *book_columns(),
    Column("price", BigInteger, nullable=False),
    Column("matched_at", Instant, nullable=False),
    Column("maker", word(Side, "maker"), nullable=False),
    Column("status", word(MatchStatus, "status"), nullable=False),
    positive("price"),
    sqlite_with_rowid=False,
)
# The last safeguard: no bid and no ask is ever in two current matches.
for _quote in (matches.c.bid_id, matches.c.ask_id):
    partial_index(
        f"uq_matches_open_{_quote.name}",
        _quote,
        where=is_word(matches.c.status, MatchStatus.OPEN),
        unique=True,
    )

# An ask that returned and then ended names no match, but its undone matches name it.
partial_index(
    "ix_matches_unwound_ask_id",
    matches.c.ask_id,
    where=is_word(matches.c.status, MatchStatus.UNWOUND),
)

engine_shards = Table(
    "engine_shards",
    metadata,
    Column("shard", Int, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("taken_at", Instant, nullable=False),
)

halts = Table(
    "halts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("product_id", Uuid, nullable=False),
    Column("size", String(8)),
    Column("condition", word(Condition, "condition")),
    Column("halted_at", Instant, nullable=False),
    Column("ended_at", Instant),
    sqlite_with_rowid=False,
)
partial_index("ix_halts_standing", halts.c.id, where=halts.c.ended_at.is_(None))

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    # The client's key comes first because it is nearly unique: a batch is looked up by it alone.
    Column("key", String, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("scope", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    sealed("answer", LargeBinary()),
    Column("answered_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, idempotency_keys.c.answered_at)
