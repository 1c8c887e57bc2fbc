"""The tables of the matching engine: bids, asks, matches, shards, halts, and remembered answers."""

from alembic import op

from ..parts import (
    bigint,
    binary,
    check,
    id_column,
    index,
    instant,
    integer,
    key,
    partial_index,
    refers,
    text,
    word,
)

TABLES = (
    "bids",
    "asks",
    "matches",
    "engine_shards",
    "halts",
    "idempotency_keys",
)


def create() -> None:
    op.create_table(
        "bids",
        id_column("id"),
        id_column("user_id"),
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        bigint("book_hash"),
        bigint("amount"),
        bigint("sequence"),
        instant("created_at"),
        instant("expires_at"),
        word("status", ("active", "matched", "cancelled", "expired", "waiting")),
        id_column("match_id", nullable=True),
        word("time_in_force", ("gtc", "ioc")),
        key("bids", "id"),
        check("bids", "amount", "amount > 0"),
        sqlite_with_rowid=False,
    )
    index("bids", "user_id", "id")
    partial_index(
        "ix_bids_active_in_book",
        "bids",
        "product_id",
        "size",
        "condition",
        where="status = 'active'",
    )
    partial_index("ix_bids_active_until", "bids", "expires_at", where="status = 'active'")
    op.create_table(
        "asks",
        id_column("id"),
        id_column("user_id"),
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        bigint("book_hash"),
        bigint("amount"),
        bigint("sequence"),
        instant("created_at"),
        instant("expires_at"),
        word("status", ("active", "matched", "cancelled", "expired", "waiting")),
        id_column("match_id", nullable=True),
        word("time_in_force", ("gtc", "ioc")),
        key("asks", "id"),
        check("asks", "amount", "amount > 0"),
        sqlite_with_rowid=False,
    )
    index("asks", "user_id", "id")
    partial_index(
        "ix_asks_active_in_book",
        "asks",
        "product_id",
        "size",
        "condition",
        where="status = 'active'",
    )
    partial_index("ix_asks_active_until", "asks", "expires_at", where="status = 'active'")
    partial_index(
        "ix_asks_waiting_in_book",
        "asks",
        "product_id",
        "size",
        "condition",
        where="status = 'waiting'",
    )
    partial_index("ix_asks_waiting_until", "asks", "expires_at", where="status = 'waiting'")
    op.create_table(
        "matches",
        id_column("id"),
        id_column("bid_id"),
        id_column("ask_id"),
        id_column("buyer_id"),
        id_column("seller_id"),
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        bigint("price"),
        instant("matched_at"),
        word("maker", ("bid", "ask")),
        word("status", ("open", "unwound")),
        key("matches", "id"),
        check("matches", "price", "price > 0"),
        refers("matches", "bid_id", "bids"),
        refers("matches", "ask_id", "asks"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "uq_matches_open_ask_id", "matches", "ask_id", where="status = 'open'", unique=True
    )
    partial_index(
        "uq_matches_open_bid_id", "matches", "bid_id", where="status = 'open'", unique=True
    )
    op.create_table(
        "engine_shards",
        integer("shard"),
        bigint("epoch"),
        bigint("sequence"),
        instant("taken_at"),
        key("engine_shards", "shard"),
    )
    op.create_table(
        "halts",
        id_column("id"),
        id_column("product_id"),
        text("size", 8, nullable=True),
        word("condition", ("new", "used", "damaged_box"), nullable=True),
        instant("halted_at"),
        instant("ended_at", nullable=True),
        key("halts", "id"),
        sqlite_with_rowid=False,
    )
    partial_index("ix_halts_standing", "halts", "id", where="ended_at IS NULL")
    op.create_table(
        "idempotency_keys",
        text("key"),
        id_column("user_id"),
        text("scope"),
        text("fingerprint"),
        binary("answer"),
        instant("answered_at"),
        key("idempotency_keys", "key", "user_id", "scope"),
        sqlite_with_rowid=False,
    )
    index("idempotency_keys", "answered_at")
