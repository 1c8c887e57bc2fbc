"""Adapters for Stripe. They import its package when they are built: it is an extra."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.payment_provider import PaymentProvider
from ..ports.stopwatch import Stopwatch

_OF_PATIENCE = 0.9
"""A call has less time than its caller's patience, so that the adapter notices first."""


@asynccontextmanager
async def open_stripe(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[PaymentProvider]:
    """Open the connections to Stripe. The clock must be the real one, as Stripe's is."""
    from ..adapters.stripe.client import StripeCalls
    from ..adapters.stripe.payment_provider import StripePaymentProvider

    payments = settings.payments
    assert payments.api_key, "the settings need it"
    calls = StripeCalls(
        payments.api_key,
        stopwatch,
        url=payments.api_url,
        limit=payments.timeout * _OF_PATIENCE,
    )
    secrets = (payments.webhook_secret, payments.old_webhook_secret)
    try:
        known = tuple(secret for secret in secrets if secret)
        yield StripePaymentProvider(calls, clock, known, settings.market.currency.lower())
    finally:
        await calls.close()
