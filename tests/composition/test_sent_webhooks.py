"""Webhooks of a stored exchange to a real server, while either of them is stopped."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import SecuritySettings, Settings
from solebook.config.webhooks import WebhooksSettings

from ..adapters.http.receivers import Receiver
from ..exchange import MONDAY, Exchange

pytestmark = pytest.mark.integration

KINDS = ["match.created", "payment.captured", "order.created"]
HEADER = re.compile(rb"^(webhook-[a-z]+): (.+)$", re.MULTILINE | re.IGNORECASE)


@asynccontextmanager
async def process(
    folder: Path, clock: VirtualClock, before: Exchange | None = None
) -> AsyncIterator[Exchange]:
    """Run the exchange in a folder, from the beginning or from where another process ended."""
    settings = Settings(
        folder=str(folder),
        security=SecuritySettings(bcrypt_cost=4),
        notifications=NotificationsSettings(
            templates="memory", mail="memory", sms="memory", push="memory"
        ),
        webhooks=WebhooksSettings(allow_private_addresses=True, timeout=timedelta(seconds=5)),
    )
    async with open_application(settings, clock=clock) as application:
        exchange = Exchange(application)
        if before is None:
            await exchange.open()
        else:
            await exchange.reopen(before)
        try:
            yield exchange
        finally:
            await engine_of(application).stop()


def received(receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    """Return the id and the body of each request, whose signature has been checked before."""
    told = []
    for request in receiver.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        headers = {k.decode().lower(): v.strip().decode() for k, v in HEADER.findall(head)}
        told.append((headers["webhook-id"], json.loads(body)))
    return told


async def test_nothing_is_lost_or_told_under_two_ids_while_servers_are_stopped(
    tmp_path: Path,
) -> None:
    clock, receiver = VirtualClock(MONDAY), Receiver()
    async with process(tmp_path, clock) as exchange:
        async with receiver.running():
            url = f"http://127.0.0.1:{receiver.port}/"
            create = exchange.app.outgoing_webhooks.create_endpoint
            await create(exchange.buyer, url=url, kinds=KINDS)
            orders = [(await exchange.trade()).id]
        # The receiver is stopped for a minute, while trading goes on.
        orders += [(await exchange.trade()).id for _ in range(2)]
        await exchange.later(timedelta(seconds=30))
        orders.append(await exchange.match())
    # The exchange is stopped too, with messages that it has not passed on.
    await clock.advance(timedelta(seconds=30))
    async with receiver.running(), process(tmp_path, clock, exchange) as again:
        await again.workers.settle()
        # It is killed when a webhook was received, and before it knows.
        orders.append(await again.match())
        receiver.answer = lambda: None
        receiver.got_one.clear()
        sending = asyncio.create_task(again.workers.settle())
        await asyncio.wait_for(receiver.got_one.wait(), timeout=60)
        sending.cancel()
        await asyncio.wait((sending,))
    receiver.answer = Receiver().answer
    await clock.advance(timedelta(minutes=1))
    async with receiver.running(), process(tmp_path, clock, again) as last:
        for _ in range(5):
            await last.later(timedelta(minutes=5))

    told = received(receiver)
    by_id = dict(told)
    assert len(told) > len(by_id), "one was received twice"
    assert all(by_id[name] == body for name, body in told)
    assert sorted((body["type"], body["data"]["order_id"]) for body in by_id.values()) == sorted(
        (kind, str(order)) for kind in KINDS for order in orders
    )


async def test_what_a_receiver_gets_passes_an_independent_check(tmp_path: Path) -> None:
    async with Receiver().running() as receiver:
        settings = Settings(
            folder=str(tmp_path),
            webhooks=WebhooksSettings(allow_private_addresses=True),
            security=SecuritySettings(bcrypt_cost=4),
        )
        async with open_application(settings) as application:
            exchange = Exchange(application)
            user = await exchange.person()
            webhooks = application.outgoing_webhooks
            url = f"http://127.0.0.1:{receiver.port}/"
            endpoint = await webhooks.create_endpoint(user, url=url, kinds=["match.created"])
            secret = webhooks.rotate_secret.secret(endpoint.id, endpoint.secret_version)
            await webhooks.send_test(user, endpoint.id)
            assert await exchange.workers.webhooks.drain() == 1

    [request] = receiver.requests
    head, _, body = request.partition(b"\r\n\r\n")
    headers = {k.decode().lower(): v.strip().decode() for k, v in HEADER.findall(head)}
    checked = Webhook(secret).verify(body, headers)
    assert checked["type"] == "webhook.test"
    assert checked["data"] == {"endpoint_id": str(endpoint.id)}
