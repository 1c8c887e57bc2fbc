"""What production needs."""

from typing import TYPE_CHECKING

from .urls import is_here

if TYPE_CHECKING:
    from .settings import Settings


def missing_in_production(settings: "Settings") -> list[str]:
    """Return what production needs and these settings do not have."""
    needed = {
        "security.signing_keys": settings.security.signing_keys,
        "encryption.keys and encryption.current (or encryption.off = true)": (
            settings.encryption.is_decided
        ),
        "payments.adapter = 'stripe' (the embedded provider moves no real money)": (
            settings.payments.adapter != "embedded"
        ),
        "payments.webhook_secret": settings.payments.webhook_secret,
        "webhooks.secret": settings.webhooks.secret,
        "payments.buyer_return_url, or http.pages": (
            settings.payments.buyer_return_url or settings.http.pages
        ),
        "a payments.api_key of live mode, or payments.test_mode = true": (
            settings.payments.may_be_production
        ),
        f"{' and '.join(settings.payments.pages_here)} that others can reach": (
            not settings.payments.pages_here
        ),
        "a store.adapter that keeps its data": settings.store.adapter != "memory",
        "http.public_url, which others can reach": (
            settings.http.public_url is not None and not is_here(settings.http.public_url)
        ),
        "users.verify_addresses": settings.verifies_addresses,
        "store.sslmode, which is verify-full for a database on another machine": (
            settings.store.says_how_it_is_encrypted
        ),
        "warehouse.name, street, city and country": settings.warehouse.is_set,
    }
    return [name for name, is_there in needed.items() if not is_there]
