"""The tables of authentication tasks and their photos."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Uuid

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

review_photos = Table(
    "review_photos",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, ForeignKey("authentication_tasks.id"), nullable=False, index=True),
    Column("order_id", Uuid, nullable=False, index=True),
    Column("added_at", Instant, nullable=False),
)
"""The files of the photos are not in the database."""
