# ruff: noqa: S608  # nothing comes from outside
"""Ended quotes leave the tables of the books, so matches do not refer to these any more.

SQLite drops no foreign key, so its table of matches is copied.
"""

import zlib
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    check,
    id_column,
    index,
    instant,
    key,
    partial_index,
    refers,
    word,
)

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

_SIDES = {"bid": "bids", "ask": "asks"}
_INDEXES = {"over": "status = 'cancelled' OR status = 'expired'", "matched": "status = 'matched'"}
_STATUSES = ("active", "matched", "cancelled", "expired", "waiting")
_COLUMNS = (
    "id, user_id, product_id, size, condition, amount, sequence, created_at, expires_at, status,"
    " match_id, time_in_force"
)
_MATCH = (
    "id, bid_id, ask_id, buyer_id, seller_id, product_id, size, condition, price, matched_at,"
    " maker, status"
)


def upgrade() -> None:
    op.create_table(
        "ended_quotes",
        id_column("id"),
        word("side", _SIDES),
        id_column("user_id"),
        *book(),
        bigint("amount"),
        bigint("sequence"),
        instant("created_at"),
        instant("expires_at"),
        word("status", _STATUSES),
        id_column("match_id", nullable=True),
        word("time_in_force", ("gtc", "ioc")),
        key("ended_quotes", "id"),
        check("ended_quotes", "amount", "amount > 0"),
        sqlite_with_rowid=False,
    )
    index("ended_quotes", "user_id", "side", "id")
    partial_index(
        "ix_ended_quotes_without_match", "ended_quotes", "expires_at", where="match_id IS NULL"
    )
    for table in _SIDES.values():
        for name, where in _INDEXES.items():
            partial_index(f"ix_{table}_{name}", table, "created_at", where=where)
    if _is_postgresql():
        for column, table in (("bid_id", "bids"), ("ask_id", "asks")):
            op.drop_constraint(op.f(f"fk_matches_{column}_{table}"), "matches")
    else:
        _rebuild()
    partial_index("ix_matches_unwound_ask_id", "matches", "ask_id", where="status = 'unwound'")


def downgrade() -> None:
    for side, table in _SIDES.items():
        _put_back(side, table)
        for name in _INDEXES:
            op.drop_index(f"ix_{table}_{name}", table)
    op.drop_table("ended_quotes")
    op.drop_index("ix_matches_unwound_ask_id", "matches")
    references = [refers("matches", f"{side}_id", table) for side, table in _SIDES.items()]
    if _is_postgresql():
        for side, table in _SIDES.items():
            name = op.f(f"fk_matches_{side}_id_{table}")
            op.create_foreign_key(name, "matches", table, [f"{side}_id"], ["id"])
    else:
        _rebuild(*references)


def _put_back(side: str, table: str) -> None:
    connection = op.get_bind()
    of_side = f"FROM ended_quotes WHERE side = '{side}'"
    books = connection.execute(
        sa.text(f"SELECT DISTINCT product_id, size, condition {of_side}")
    ).all()
    for product_id, size, condition in books:
        name = f"{UUID(str(product_id))}:{size}:{condition}"
        connection.execute(
            sa.text(
                f"INSERT INTO {table} ({_COLUMNS}, book_hash) SELECT {_COLUMNS}, :hash {of_side}"
                " AND product_id = :product AND size = :size AND condition = :condition"
            ),
            {
                "hash": zlib.crc32(name.encode()),
                "product": product_id,
                "size": size,
                "condition": condition,
            },
        )


def _rebuild(*references: sa.ForeignKeyConstraint) -> None:
    for side in _SIDES:
        op.drop_index(f"uq_matches_open_{side}_id", "matches")
    op.rename_table("matches", "old_matches")
    op.create_table(
        "matches",
        *(id_column(name) for name in ("id", "bid_id", "ask_id", "buyer_id", "seller_id")),
        *book(),
        bigint("price"),
        instant("matched_at"),
        word("maker", _SIDES),
        word("status", ("open", "unwound")),
        key("matches", "id"),
        check("matches", "price", "price > 0"),
        *references,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO matches ({_MATCH}) SELECT {_MATCH} FROM old_matches")
    op.drop_table("old_matches")
    for side in _SIDES:
        name = f"uq_matches_open_{side}_id"
        partial_index(name, "matches", f"{side}_id", where="status = 'open'", unique=True)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
