"""The tables of webhook endpoints and of outgoing webhooks."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from ....ports.language.webhook_endpoints import DisabledBecause, OutgoingState
from ..engine.sealing import sealed
from .columns import Document, Instant, metadata, partial_index, word

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    sealed("url", String()),
    Column("kinds", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("everything", Boolean, nullable=False),
    Column("secret_version", Integer, nullable=False),
    Column("rotated_at", Instant),
    Column("disabled", word(DisabledBecause, "disabled", grows=True)),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("due_at", Instant),
    Column("rests_until", Instant),
    Column("claimed_until", Instant),
)
Index(None, webhook_endpoints.c.owner_id, webhook_endpoints.c.id)
partial_index(
    "ix_webhook_endpoints_due",
    webhook_endpoints.c.due_at,
    where=webhook_endpoints.c.due_at.is_not(None),
)

webhook_subscriptions = Table(
    "webhook_subscriptions",
    metadata,
    Column("kind", String(64), primary_key=True),
    # The owner of the endpoint, or nobody's id if it gets everything.
    Column("audience", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, ForeignKey("webhook_endpoints.id"), primary_key=True),
    sqlite_with_rowid=False,
)
Index(None, webhook_subscriptions.c.endpoint_id)

outgoing_webhooks = Table(
    "outgoing_webhooks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, ForeignKey("webhook_endpoints.id"), nullable=False),
    Column("kind", String(64), nullable=False),
    # The text that is signed, so no document.
    sealed("body", String()),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("once_for", Uuid),
    Column("state", word(OutgoingState, "state", grows=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant),
    Column("attempted_at", Instant),
    Column("status", Integer),
    Column("error", String),
    Column("took", Integer),
    Column("trace", String(55)),
    # Rows with a null once_for never conflict.
    UniqueConstraint("endpoint_id", "kind", "once_for"),
)
Index(None, outgoing_webhooks.c.endpoint_id, outgoing_webhooks.c.id)
Index(None, outgoing_webhooks.c.endpoint_id, outgoing_webhooks.c.state, outgoing_webhooks.c.id)
Index(None, outgoing_webhooks.c.created_at)
partial_index(
    "ix_outgoing_webhooks_due",
    outgoing_webhooks.c.endpoint_id,
    outgoing_webhooks.c.due_at,
    outgoing_webhooks.c.id,
    where=outgoing_webhooks.c.due_at.is_not(None),
)
