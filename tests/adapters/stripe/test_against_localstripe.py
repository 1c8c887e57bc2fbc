"""The adapter for Stripe on localstripe, a double that others wrote, in what that has.

It has no transfer group, no filter of setups and no version of the API that is used here. So it
cannot charge for the exchange, or set up a card for it. See test_refunds.py of the contract too.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.adapters.stripe.client import API_VERSION
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.adapters.system.clock import SystemClock
from solebook.ports.language.errors import InvalidSignature, InvalidText
from solebook.ports.language.payments import WebhookKind

from ...localstripe_server import LocalStripeServer
from ...ports.payment_provider.localstripe_rig import LocalStripeRig, localstripe_rig

pytestmark = pytest.mark.real

SECRET = "whsec_of_localstripe"


@pytest.fixture
async def on_localstripe(
    localstripe_server: LocalStripeServer, clock: VirtualClock, ids: SeededIds
) -> AsyncIterator[LocalStripeRig]:
    async with localstripe_rig(localstripe_server.url, clock, ids) as rig:
        yield rig


async def test_card_is_detached_once_and_then_nobodys(on_localstripe: LocalStripeRig) -> None:
    calls = on_localstripe.calls
    customer = await calls.ask(lambda client: client.v1.customers.create_async())
    card = await calls.ask(
        lambda client: client.v1.payment_methods.attach_async(
            "pm_card_visa", {"customer": customer.id}
        )
    )
    vault = StripeCardVault(calls)
    for _ in range(2):
        await vault.detach(card.id)
    found = await calls.ask(lambda client: client.v1.payment_methods.retrieve_async(card.id))
    assert found.customer is None


async def test_webhook_that_localstripe_signed_is_believed_and_none_that_was_changed(
    localstripe_server: LocalStripeServer, on_localstripe: LocalStripeRig
) -> None:
    order_id = on_localstripe.order_id()
    async with webhooks_of(localstripe_server) as received:
        await on_localstripe.charged(20_000, order_id)
        body, signature = await asyncio.wait_for(received, 30)
    provider = provider_with(on_localstripe, SECRET)
    # The signature is believed. Then the version of the API is one that the adapter does not read.
    with pytest.raises(InvalidText, match="api_version"):
        provider.parse_webhook(body, signature)
    changed = body.replace(b"20000", b"90000")
    assert changed != body
    with pytest.raises(InvalidSignature):
        provider.parse_webhook(changed, signature)
    with pytest.raises(InvalidSignature):
        provider_with(on_localstripe, "whsec_of_another").parse_webhook(body, signature)
    known = body.replace(b'"2017-08-15"', f'"{API_VERSION}"'.encode())
    with_amount = known.replace(b'"amount":', b'"amount_received": 20000, "amount":')
    webhook = provider.read_webhook(with_amount)
    assert (webhook.kind, webhook.order_id) == (WebhookKind.CHARGE_CAPTURED, order_id)


def provider_with(rig: LocalStripeRig, secret: str) -> StripePaymentProvider:
    return StripePaymentProvider(rig.calls, SystemClock(), (secret,), "usd")


@asynccontextmanager
async def webhooks_of(
    server: LocalStripeServer,
) -> AsyncIterator[asyncio.Future[tuple[bytes, str]]]:
    """Receive a webhook, which comes about a second late. Yield its body and its signature."""
    received: asyncio.Future[tuple[bytes, str]] = asyncio.get_running_loop().create_future()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = (line.partition(":") for line in head.splitlines()[1:])
        headers = {name.lower(): value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        if not received.done():
            received.set_result((body, headers["stripe-signature"]))

    listener = await asyncio.start_server(receive, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, httpx.AsyncClient(base_url=server.url) as http:
        told = {"url": f"http://127.0.0.1:{port}/", "secret": SECRET}
        events = {"events": ["payment_intent.succeeded"]}
        asked = await http.post("/_config/webhooks/exchange", json=told | events)
        assert asked.is_success, asked.text
        yield received
