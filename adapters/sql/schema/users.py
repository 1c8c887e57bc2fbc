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
from ..engine.sealing import sealed
from .columns import Document, Instant, metadata, partial_index, text_of

EMAIL = "users.email"
CARD = "payment_methods.token"
FINGERPRINT = "payment_methods.fingerprint"
ACCOUNT = "seller_accounts.account"
SOURCE = "sessions.source"

LOOKUPS = {
    place: f"{place.partition('.')[2]}_lookup"
    for place in (EMAIL, CARD, FINGERPRINT, ACCOUNT, SOURCE)
}
"""The columns with the keyed hashes of sealed ones, by the place of these."""

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    sealed("email", text_of(320), unique=True),
    Column("password_hash", String, nullable=False),
    sealed("first_name", String()),
    sealed("last_name", String()),
    Column("created_at", Instant, nullable=False),
    Column("roles", Document, nullable=False),
    sealed("payment_method", String(), nullable=True),
    sealed("payout_account", String(), nullable=True),
    Column("suspended", Boolean, nullable=False),
    Column("email_proven_at", Instant),
    Column("closed_at", Instant),
    Column("erased_at", Instant),
    # Under what the email is found; see Cipher.lookup.
    Column("email_lookup", String),
)
Index(None, users.c.email_lookup, unique=True)
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
    sealed("street", String()),
    sealed("city", String()),
    sealed("region", String()),
    sealed("postal_code", String()),
    sealed("country", text_of(2)),
    Column("created_at", Instant, nullable=False),
)
Index(None, addresses.c.user_id, addresses.c.id)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    sealed("token", String()),
    sealed("brand", String(), nullable=True),
    sealed("last4", text_of(4), nullable=True),
    Column("exp_month", BigInteger),
    Column("exp_year", BigInteger),
    sealed("fingerprint", String(), nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("token_lookup", String),
    Column("fingerprint_lookup", String),
    UniqueConstraint("user_id", "token"),
)
Index(None, payment_methods.c.user_id, payment_methods.c.token_lookup, unique=True)
Index(None, payment_methods.c.user_id, payment_methods.c.fingerprint_lookup)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    sealed("source", text_of(64), nullable=True),
    Column("source_lookup", String),
    sqlite_with_rowid=False,
)
Index(None, sessions.c.user_id, sessions.c.id)
Index(None, sessions.c.user_id, sessions.c.source_lookup)

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
    sealed("address", String()),
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
    sealed("places", Document),
    sqlite_with_rowid=False,
)

seller_accounts = Table(
    "seller_accounts",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("asked_at", Instant, nullable=False),
    sealed("account", String(), nullable=True),
    Column("can_receive", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("account_lookup", String),
)
Index(None, seller_accounts.c.account_lookup)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    sealed("name", text_of(60)),
    Column("owner_id", Uuid, ForeignKey("users.id")),
    Column("scopes", Document, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
)
Index(None, api_tokens.c.owner_id, api_tokens.c.id)
