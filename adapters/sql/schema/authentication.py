"""The table of authentication tasks."""

from sqlalchemy import Column, Index, Integer, Table, Uuid

from ....ports.language.authentication import TaskStatus
from ..engine.sealing import sealed
from .columns import Document, Instant, book_columns, metadata, positive, word

authentication_tasks = Table(
    "authentication_tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=False, unique=True),
    Column("buyer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    *book_columns(),
    Column("status", word(TaskStatus, "status"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("received_at", Instant),
    Column("authenticator_id", Uuid),
    Column("lease_until", Instant),
    sealed("verdict", Document, nullable=True),
    Column("decided_at", Instant),
    Column("version", Integer, nullable=False),
    positive("version"),
)
Index(None, authentication_tasks.c.status, authentication_tasks.c.id)
Index(
    None,
    authentication_tasks.c.status,
    authentication_tasks.c.received_at,
    authentication_tasks.c.id,
)
