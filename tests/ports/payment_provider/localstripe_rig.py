"""The adapter for Stripe on localstripe, which others wrote, for what that can do: refunds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.stripe.client import StripeCalls
from solebook.adapters.stripe.labels import labels
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.ports.clock import Clock
from solebook.ports.language.ids import OrderId

from .rig import RefundRig
from .stripe_rig import SECRET, stripe_calls


@dataclass(frozen=True, slots=True)
class LocalStripeRig(RefundRig):
    """localstripe knows no transfer group, so the tests charge in place of the adapter."""

    calls: StripeCalls

    async def charged(self, amount: int, order_id: OrderId | None = None) -> str:
        customer = await self.calls.ask(lambda client: client.v1.customers.create_async())
        card = await self.calls.ask(
            lambda client: client.v1.payment_methods.attach_async(
                "pm_card_visa", {"customer": customer.id}
            )
        )
        params: Any = {
            "amount": amount,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": card.id,
            "confirm": True,
            "off_session": True,
            "metadata": labels(self.key(), order_id or self.order_id()),
        }
        intent = await self.calls.ask(lambda client: client.v1.payment_intents.create_async(params))
        return intent.id


@asynccontextmanager
async def localstripe_rig(url: str, clock: Clock, ids: SeededIds) -> AsyncIterator[LocalStripeRig]:
    """Connect the adapter to localstripe at this URL."""
    async with stripe_calls(url) as calls:
        provider = StripePaymentProvider(calls, clock, (SECRET,), "usd")
        yield LocalStripeRig(provider, ids, calls)
