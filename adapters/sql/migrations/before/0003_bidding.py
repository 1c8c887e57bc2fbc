"""Bids, asks, matches, shards and remembered answers."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
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

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for side in ("bids", "asks"):
        op.create_table(
            side,
            id_column("id"),
            id_column("user_id"),
            *book(),
            bigint("book_hash"),
            bigint("amount"),
            bigint("sequence"),
            instant("created_at"),
            instant("expires_at"),
            word("status", ("active", "matched", "cancelled", "expired")),
            id_column("match_id", nullable=True),
            key(side, "id"),
            check(side, "amount", "amount > 0"),
            sqlite_with_rowid=False,
        )
        index(side, "user_id", "id")
        active = "status = 'active'"
        by_book = ("product_id", "size", "condition")
        partial_index(f"ix_{side}_active_in_book", side, *by_book, where=active)
        partial_index(f"ix_{side}_active_until", side, "expires_at", where=active)
    op.create_table(
        "matches",
        id_column("id"),
        id_column("bid_id"),
        id_column("ask_id"),
        id_column("buyer_id"),
        id_column("seller_id"),
        *book(),
        bigint("price"),
        instant("matched_at"),
        word("maker", ("bid", "ask")),
        word("status", ("open", "unwound")),
        key("matches", "id"),
        refers("matches", "bid_id", "bids"),
        refers("matches", "ask_id", "asks"),
        check("matches", "price", "price > 0"),
        sqlite_with_rowid=False,
    )
    for quote in ("bid_id", "ask_id"):
        name, standing = f"uq_matches_open_{quote}", "status = 'open'"
        partial_index(name, "matches", quote, where=standing, unique=True)
    op.create_table(
        "engine_shards",
        integer("shard"),
        bigint("epoch"),
        bigint("sequence"),
        instant("taken_at"),
        key("engine_shards", "shard"),
    )
    op.create_table(
        "idempotency_keys",
        text("key"),
        id_column("user_id"),
        text("scope"),
        text("fingerprint"),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        instant("answered_at"),
        key("idempotency_keys", "key", "user_id", "scope"),
        sqlite_with_rowid=False,
    )
    index("idempotency_keys", "answered_at")
