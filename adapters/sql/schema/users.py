"""The tables of users, their addresses, cards, sessions and challenges, and of programs' tokens."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    and_,
)

from ....ports.language.users import Role
from ..engine.constructs import holds
from .columns import Document, Instant, metadata, partial_index

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("password_hash", String, nullable=False),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("roles", Document, nullable=False),
    Column("payment_method", String),
    Column("payout_account", String),
    Column("suspended", Boolean, nullable=False),
    Column("email_proven_at", Instant),
    Column("closed_at", Instant),
    Column("erased_at", Instant),
)
partial_index("ix_users_admins", users.c.id, where=holds(users.c.roles, Role.ADMIN))
partial_index(
    "ix_users_unerased",
    users.c.id,
    where=and_(users.c.closed_at.is_not(None), users.c.erased_at.is_(None)),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("street", String, nullable=False),
    Column("city", String, nullable=False),
    Column("region", String, nullable=False),
    Column("postal_code", String, nullable=False),
    Column("country", String(2), nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index(None, addresses.c.user_id, addresses.c.id)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("token", String, nullable=False),
    Column("brand", String),
    Column("last4", String(4)),
    Column("exp_month", BigInteger),
    Column("exp_year", BigInteger),
    Column("fingerprint", String),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),
    UniqueConstraint("user_id", "token"),
)
Index(None, payment_methods.c.user_id, payment_methods.c.fingerprint)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("source", String(64)),
    sqlite_with_rowid=False,
)
Index(None, sessions.c.user_id, sessions.c.id)
Index(None, sessions.c.user_id, sessions.c.source)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("session_id", Uuid, ForeignKey("sessions.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("spent_at", Instant),
    sqlite_with_rowid=False,
)
Index(None, refresh_tokens.c.session_id)
Index(None, refresh_tokens.c.expires_at)

revoked_sessions = Table(
    "revoked_sessions",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("until", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, revoked_sessions.c.until)

challenges = Table(
    "challenges",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    # A word without a CHECK, so that a new kind does not require rebuilding the table.
    Column("kind", String(32), primary_key=True),
    Column("address", String, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("secret_hash", String(64), unique=True),
    Column("expires_at", Instant),
    Column("failures", Integer, nullable=False),
    Column("met", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

known_places = Table(
    "known_places",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("places", Document, nullable=False),
    sqlite_with_rowid=False,
)

seller_accounts = Table(
    "seller_accounts",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("account", String),
    Column("can_receive", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
Index(None, seller_accounts.c.account)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(60), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id")),
    Column("scopes", Document, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
)
Index(None, api_tokens.c.owner_id, api_tokens.c.id)
