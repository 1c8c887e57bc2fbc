"""What is erased with an account, of all columns that may have something personal.

`tests/ports/test_personal_records.py` shows that it is.
"""

from sqlalchemy import Column, Enum, LargeBinary, String

from solebook.adapters.sql.schema import metadata
from solebook.adapters.sql.schema.columns import Document

ERASED = {
    "addresses": "street city region postal_code country",
    "api_tokens": "name scopes token_hash",
    "challenges": "kind address secret_hash",
    "known_places": "places",
    "notification_preferences": "phone devices channels unreachable subscriptions",
    "notifications": "kind notice subject brief",
    "outgoing_webhooks": "kind body trace error",
    "payment_methods": "token brand last4 fingerprint token_lookup fingerprint_lookup",
    "payouts": "account",
    "price_alerts": "size",
    "refresh_tokens": "token_hash",
    "seller_accounts": "account account_lookup",
    "sessions": "source source_lookup",
    "users": "email password_hash first_name last_name roles payment_method payout_account "
    "email_lookup",
    "webhook_endpoints": "url kinds",
    "webhook_subscriptions": "kind",
}
"""These go when the account is erased, or before."""
AGED = {
    "deliveries": "consumer key subject event trace error queue turn claimed_by",
    "destinations": "address",
    "idempotency_keys": "key scope fingerprint answer",
    "kept_webhooks": "webhook_id type body",
    "outbox": "key subject event trace",
    "sent_messages": "key subject event trace",
}
"""These go by their age, however it is about: docs/what-is-kept.md says when."""
KEPT = {
    "alarms": "kind note resolution",
    "asks": "size",
    "audit_entries": "action target_kind reason facts",
    "authentication_tasks": "size verdict",
    "bids": "size",
    "broker_positions": "name stream",
    "clock_followers": "process",
    "deadlines": "trace",
    "declines": "reason",
    "disputes": "name charge_id reason",
    "ended_quotes": "size",
    "exchange_terms": "currency",
    "halts": "size",
    "inbox": "consumer",
    "leases": "name holder",
    "ledger_entries": "transfer_id owner",
    "ledger_transfers": "id",
    "matches": "size",
    "order_steps": "type step",
    "orders": "size inbound_carrier inbound_tracking_number outbound_carrier "
    "outbound_tracking_number note complaint freezes",
    "payments": "payment_method charge_id reason refund_id refund_report description statement "
    "action_charge_id action_url",
    "payouts": "reason payout_id report",
    "product_images": "url",
    "products": "style_code style_key brand model colorway",
    "provider_movements": "place name charge_id type",
    "reservations": "size",
    "rules_in_force": "rules",
    "sales": "size",
    "sealing_keys": "id proof",
    "sizes": "size",
    "turnovers": "size",
    "turns": "queue turn",
    "unreconciled": "subject told",
    "webhooks": "id kind charge_id reason reference",
}
"""These are about trades, money and the exchange, and name people by their ids."""


def may_be_personal(column: Column[object]) -> bool:
    """Return whether a column has texts, which may say anything."""
    kind = column.type
    return isinstance(kind, String | LargeBinary | type(Document)) and not isinstance(kind, Enum)


def test_of_each_text_it_is_decided_whether_it_goes_with_an_account() -> None:
    decided = {
        (table, column)
        for each in (ERASED, AGED, KEPT)
        for table, columns in each.items()
        for column in columns.split()
    }
    # A new column with something personal is erased by SqlPersonalRecords or FinishClosings, and
    # its traces are looked for in tests/ports/test_personal_records.py.
    assert decided == {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.c
        if may_be_personal(column)
    }
