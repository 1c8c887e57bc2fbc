"""Adapters for Stripe. They import its package when they are built: it is an extra."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..config.urls import is_here
from ..ports.card_vault import CardVault
from ..ports.clock import Clock
from ..ports.payment_provider import PaymentProvider
from ..ports.seller_accounts import SellerAccounts
from ..ports.service_check import ServiceCheck
from ..ports.stopwatch import Stopwatch
from .encryption import authority_of

if TYPE_CHECKING:
    from ..adapters.stripe.client import StripeCalls

STRIPES_WEBHOOKS = "/v1/webhooks/stripe"
"""The path of the exchange to which Stripe posts events."""
_PAYOUT_ACCOUNT = "/account/payout-account"
"""The page of the exchange to which Stripe sends sellers when they leave its pages."""
_OF_PATIENCE = 0.9
"""A call has less time than its caller's patience, so that the adapter notices first."""


@asynccontextmanager
async def open_stripe_calls(
    settings: Settings, stopwatch: Stopwatch
) -> AsyncIterator["StripeCalls"]:
    """Open the connections to Stripe, which all its adapters share.

    Raises OSError if the file of a CA cannot be used.
    """
    from ..adapters.stripe.client import StripeCalls

    payments = settings.payments
    assert payments.api_key, "the settings need it"
    authority_of("payments.ca", payments.ca)  # raises what is wrong with the file
    calls = StripeCalls(
        payments.api_key,
        stopwatch,
        url=payments.api_url,
        ca=payments.ca,
        limit=payments.timeout * _OF_PATIENCE,
    )
    try:
        yield calls
    finally:
        await calls.close()


def stripe_payment_provider(
    calls: "StripeCalls", settings: Settings, clock: Clock
) -> PaymentProvider:
    """Return the payment provider. The clock must be the real one, as Stripe's is."""
    from ..adapters.stripe.payment_provider import StripePaymentProvider

    payments = settings.payments
    secrets = (
        payments.webhook_secret,
        payments.connect_webhook_secret,
        payments.old_webhook_secret,
    )
    known = tuple(secret for secret in secrets if secret)
    currency = settings.market.currency.lower()
    return StripePaymentProvider(calls, clock, known, currency, _buyer_return_url(settings))


def _buyer_return_url(settings: Settings) -> str | None:
    """Return the page of an order, unless another one is set, or the exchange has the API alone."""
    here = f"{settings.public_url.rstrip('/')}/orders/{{order_id}}"
    return settings.payments.buyer_return_url or (here if settings.http.pages else None)


def stripe_seller_accounts(calls: "StripeCalls", settings: Settings) -> SellerAccounts:
    """Return the accounts of sellers."""
    from ..adapters.stripe.seller_accounts import StripeSellerAccounts

    payments = settings.payments
    page = f"{settings.public_url.rstrip('/')}{_PAYOUT_ACCOUNT}"
    return_url = payments.onboarding_return_url or page
    return StripeSellerAccounts(calls, return_url, payments.onboarding_refresh_url or return_url)


def stripe_card_vault(calls: "StripeCalls") -> CardVault:
    """Return the cards of buyers."""
    from ..adapters.stripe.card_vault import StripeCardVault

    return StripeCardVault(calls)


def check_of_stripe(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries Stripe, or None with the embedded provider."""
    payments = settings.payments
    if payments.adapter != "stripe":
        return None
    from ..adapters.stripe.check import StripeCheck

    assert payments.api_key, "the settings need it"
    return StripeCheck(
        payments.api_key,
        url=payments.api_url,
        webhook_url=f"{settings.public_url.rstrip('/')}{STRIPES_WEBHOOKS}",
        is_production=settings.mode == "production",
        # A double on this machine reaches what is here; Stripe does not.
        is_reachable=payments.api_url is not None or not is_here(settings.public_url),
    )
