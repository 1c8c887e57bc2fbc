"""The tables of the store, by context: one schema for SQLite and PostgreSQL.

Money is BIGINT minor units, and instants are UTC to the microsecond. Foreign keys exist only within
a context; other contexts refer to rows by id. A table with narrow rows and a compound key is
WITHOUT ROWID in SQLite, so that a write updates one tree instead of two.
"""

from .analytics import sales, turnovers
from .audit import audit_entries
from .authentication import authentication_tasks, review_photos
from .bidding import asks, bids, ended_quotes, engine_shards, halts, idempotency_keys, matches
from .catalog import product_images, products, reservations, sizes
from .columns import metadata
from .leases import leases
from .messages import (
    broker_positions,
    deadlines,
    deliveries,
    inbox,
    outbox,
    sent_messages,
    turns,
)
from .notifications import notification_preferences, notifications
from .operations import (
    alarms,
    clock_followers,
    clock_offset,
    exchange_terms,
    sealing_keys,
    sign_of_life,
)
from .orders import destinations, order_steps, orders
from .outgoing import outgoing_webhooks, webhook_endpoints, webhook_subscriptions
from .payments import (
    bid_bars,
    declines,
    disputes,
    kept_webhooks,
    ledger_entries,
    ledger_transfers,
    payments,
    payouts,
    provider_movements,
    reconciliation,
    seller_quarters,
    unreconciled,
    webhooks,
)
from .price_alerts import price_alerts
from .rules import rules_in_force
from .users import (
    addresses,
    api_tokens,
    challenges,
    known_places,
    payment_methods,
    refresh_tokens,
    revoked_sessions,
    seller_accounts,
    sessions,
    users,
)

__all__ = [
    "addresses",
    "alarms",
    "api_tokens",
    "asks",
    "audit_entries",
    "authentication_tasks",
    "bid_bars",
    "bids",
    "broker_positions",
    "challenges",
    "clock_followers",
    "clock_offset",
    "deadlines",
    "declines",
    "deliveries",
    "destinations",
    "disputes",
    "ended_quotes",
    "engine_shards",
    "exchange_terms",
    "halts",
    "idempotency_keys",
    "inbox",
    "kept_webhooks",
    "known_places",
    "leases",
    "ledger_entries",
    "ledger_transfers",
    "matches",
    "metadata",
    "notification_preferences",
    "notifications",
    "order_steps",
    "orders",
    "outbox",
    "outgoing_webhooks",
    "payment_methods",
    "payments",
    "payouts",
    "price_alerts",
    "product_images",
    "products",
    "provider_movements",
    "reconciliation",
    "refresh_tokens",
    "reservations",
    "review_photos",
    "revoked_sessions",
    "rules_in_force",
    "sales",
    "sealing_keys",
    "seller_accounts",
    "seller_quarters",
    "sent_messages",
    "sessions",
    "sign_of_life",
    "sizes",
    "turnovers",
    "turns",
    "unreconciled",
    "users",
    "webhook_endpoints",
    "webhook_subscriptions",
    "webhooks",
]
