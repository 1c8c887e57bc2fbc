"""The double on a socket, and stripe-python as its client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import stripe

from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble

DAY = 86_400
BEGIN = 1_790_000_000.0


@dataclass
class Served:
    """A double that is served, with its own paths and a client of Stripe's."""

    double: StripeDouble
    url: str
    http: httpx.AsyncClient
    client: stripe.StripeClient

    async def tell(self, act: str, /, **body: Any) -> Any:
        """Post to a path of the double's own."""
        answer = await self.http.post(f"/_double/{act}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def advance(self, seconds: int) -> None:
        await self.tell("clock", advance=seconds)

    async def held(self) -> None:
        """Wait until a call is held."""
        async with asyncio.timeout(60):
            while (await self.http.get("/_double/faults")).json()["held"] == 0:  # noqa: ASYNC110  # the double is asked as any client would
                await asyncio.sleep(0.01)

    async def buyer(self, card: str = "pm_card_visa") -> dict[str, Any]:
        """Return the parameters with which a customer's stored card is charged $200."""
        customer = await self.client.v1.customers.create_async()
        method = await self.client.v1.payment_methods.attach_async(card, {"customer": customer.id})
        return {
            "amount": 20_000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method.id,
            "off_session": True,
            "confirm": True,
        }

    async def paid(self, card: str = "pm_card_visa", **more: Any) -> stripe.PaymentIntent:
        """Return a payment intent that is paid."""
        params: Any = {**await self.buyer(card), **more}
        return await self.client.v1.payment_intents.create_async(params)

    async def seller(self) -> str:
        """Return an account that can be paid."""
        account = await self.client.v1.accounts.create_async(
            {"type": "express", "capabilities": {"transfers": {"requested": True}}}
        )
        await self.tell(f"accounts/{account.id}/complete")
        return str(account.id)

    async def available(self, currency: str = "usd") -> int:
        return await self._balance("available", currency)

    async def pending(self, currency: str = "usd") -> int:
        return await self._balance("pending", currency)

    async def _balance(self, part: str, currency: str) -> int:
        balance = (await self.client.v1.balance.retrieve_async()).to_dict()
        return sum(each["amount"] for each in balance[part] if each["currency"] == currency)


@asynccontextmanager
async def connected(
    url: str, *, retries: int = 0, key: str = "sk_test_solebook", patience: float = 10
) -> AsyncIterator[stripe.StripeClient]:
    """Yield a client of Stripe's for the double at this URL."""
    http_client = stripe.HTTPXClient(timeout=patience)
    try:
        yield stripe.StripeClient(
            key,
            http_client=http_client,
            base_addresses={"api": url},
            max_network_retries=retries,
        )
    finally:
        close: Any = http_client.close_async  # stripe-python gives it no type
        await close()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    double = StripeDouble(clock=lambda: BEGIN)
    async with (
        running_double(double) as url,
        httpx.AsyncClient(base_url=url, timeout=10) as http,
        connected(url) as client,
    ):
        yield Served(double, url, http, client)


@pytest.fixture
def client(served: Served) -> stripe.StripeClient:
    return served.client
