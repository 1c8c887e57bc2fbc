"""Events and their delivery."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import stripe

from solebook.entrypoints.doubles.stripe.http import (
    Receive,
    Scope,
    Send,
    body_of,
    header,
    send_json,
)
from solebook.entrypoints.http.server import reserved_address, serving

from .conftest import Served

verify: Any = stripe.Webhook.construct_event  # stripe-python gives it no type
SECRETS = ["whsec_old", "whsec_new"]


class Receiver:
    """A shop that gets webhooks."""

    def __init__(self) -> None:
        self.url = ""
        self.events: list[Any] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.secrets = SECRETS
        self.statuses: list[int] = []
        """What it answers next; then 200."""
        self.at_once = 0
        self._running = 0
        self.waits_for = 1
        """How many requests it wants to have before it answers the first."""
        self._arrived = asyncio.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError("HTTP alone")
        body = await body_of(receive)
        event: Any = None
        for secret in self.secrets:
            event = verify(body, header(scope, "stripe-signature"), secret)
        async with self._arrived:
            self._running += 1
            self.at_once = max(self.at_once, self._running)
            self.events.append(event)
            self.bodies.append(body)
            self.signatures.append(header(scope, "stripe-signature"))
            self._arrived.notify_all()
            await self._arrived.wait_for(lambda: len(self.events) >= self.waits_for)
            self._running -= 1
        await send_json(send, self.statuses.pop(0) if self.statuses else 200, {})

    async def go_on(self) -> None:
        """Answer what waits, now that fewer requests are wanted."""
        async with self._arrived:
            self._arrived.notify_all()

    async def got(self, count: int) -> list[str]:
        """Wait for so many events, and return their kinds."""
        async with asyncio.timeout(60), self._arrived:
            await self._arrived.wait_for(lambda: len(self.events) >= count)
        return [str(each.type) for each in self.events]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    with reserved_address("127.0.0.1", 0) as address:
        async with serving(receiver, address) as url:
            receiver.url = url
            yield receiver


@pytest.fixture
async def receiver(served: Served) -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        await register(served, receiver)
        yield receiver


async def register(served: Served, receiver: Receiver) -> None:
    for connect in (False, True):
        await served.tell("webhook_endpoints", url=receiver.url, secrets=SECRETS, connect=connect)


def ids(receiver: Receiver) -> list[str]:
    return [each.id for each in receiver.events]


async def test_events_are_posted_in_order_and_signed_with_both_secrets(
    served: Served, receiver: Receiver
) -> None:
    intent = await served.paid(metadata={"order": "7"})
    kinds = await receiver.got(5)
    assert kinds == [
        "customer.created",
        "payment_method.attached",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    last = receiver.events[-1]
    assert last.data.object.id == intent.id
    assert last.data.object.metadata["order"] == "7"
    assert last.request.id.startswith("req_")
    listed = await served.client.v1.events.list_async({"types": ["payment_intent.*"]})
    assert [each.id for each in listed.data] == [receiver.events[4].id, receiver.events[2].id]


async def test_signature_with_another_secret_is_refused_by_the_client(
    served: Served, receiver: Receiver
) -> None:
    await served.client.v1.customers.create_async()
    await receiver.got(1)
    with pytest.raises(stripe.SignatureVerificationError):
        verify(receiver.bodies[0], receiver.signatures[0], "whsec_other")


async def test_event_that_is_refused_is_sent_again_later(
    served: Served, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]
    await served.client.v1.customers.create_async()
    await receiver.got(1)
    await told(served, attempts=1)
    await served.advance(5)
    await receiver.got(2)
    await told(served, attempts=2)
    await served.advance(60)
    await receiver.got(3)
    await told(served, waiting=0)
    assert len(set(ids(receiver))) == 1
    [event] = (await served.client.v1.events.list_async()).data
    assert event.pending_webhooks == 0


async def test_event_that_is_always_refused_is_given_up(served: Served, receiver: Receiver) -> None:
    receiver.statuses = [500] * 9
    await served.client.v1.customers.create_async()
    for attempt in range(1, 9):
        await told(served, attempts=attempt)
        await served.advance(86_400)
    await told(served, waiting=0)
    assert served.double.state.lost_deliveries == 1
    assert len(receiver.events) == 9


async def test_withheld_events_are_delivered_reversed_and_twice(
    served: Served, receiver: Receiver
) -> None:
    await served.tell("webhooks", withhold=True)
    await served.paid()
    assert (await waiting(served), receiver.events) == (5, [])
    await served.tell("webhooks", withhold=False, order="reversed", copies=2)
    await receiver.got(10)
    made = [each.id for each in (await served.client.v1.events.list_async()).data]
    assert ids(receiver) == [each for each in made for _ in range(2)]


async def test_ten_events_arrive_at_once(served: Served, receiver: Receiver) -> None:
    await served.tell("webhooks", withhold=True, at_once=10)
    for _ in range(2):
        await served.paid()
    receiver.waits_for = 10
    await served.tell("webhooks", withhold=False)
    await receiver.got(10)
    await told(served, waiting=0)
    assert receiver.at_once == 10


async def test_events_are_delayed(served: Served, receiver: Receiver) -> None:
    await served.tell("webhooks", delay=3_600)
    await served.client.v1.customers.create_async()
    await served.advance(3_599)
    assert receiver.events == []
    await served.advance(1)
    await receiver.got(1)


async def test_events_of_accounts_go_to_their_endpoint_alone(
    served: Served, receiver: Receiver
) -> None:
    seller = await served.seller()
    assert await receiver.got(1) == ["account.updated"]
    assert receiver.events[0].account == seller


async def test_event_is_sent_again_on_demand(served: Served, receiver: Receiver) -> None:
    await served.client.v1.customers.create_async()
    await receiver.got(1)
    await served.tell(f"events/{receiver.events[0].id}/send")
    await receiver.got(2)
    assert len(set(ids(receiver))) == 1


async def test_endpoint_gets_the_kinds_that_it_wants_until_it_is_deleted(
    served: Served, client: stripe.StripeClient
) -> None:
    async with receiving() as receiver:
        endpoint = await client.v1.webhook_endpoints.create_async(
            {"url": receiver.url, "enabled_events": ["customer.created"]}
        )
        assert endpoint.secret is not None
        receiver.secrets = [endpoint.secret]
        await served.paid()
        await served.paid()
        assert await receiver.got(2) == ["customer.created"] * 2
        again = await client.v1.webhook_endpoints.retrieve_async(endpoint.id)
        assert "secret" not in again
        await client.v1.webhook_endpoints.update_async(endpoint.id, {"disabled": True})
        await client.v1.customers.create_async()
        await client.v1.webhook_endpoints.delete_async(endpoint.id)
        assert await waiting(served) == 0
        assert len(receiver.events) == 2


async def test_event_that_arrives_after_a_reset_changes_nothing(
    served: Served, receiver: Receiver
) -> None:
    receiver.waits_for = 2
    await served.client.v1.customers.create_async()
    await receiver.got(1)
    await served.tell("reset")
    await register(served, receiver)  # the same calls, so the delivery gets the same number
    await served.tell("webhooks", withhold=True)
    await served.client.v1.customers.create_async()
    receiver.waits_for = 1
    await receiver.go_on()
    await served.tell("webhooks", withhold=False)
    assert await receiver.got(2) == ["customer.created"] * 2


async def test_endpoint_that_nobody_serves_is_tried_again(served: Served) -> None:
    await served.tell("webhook_endpoints", url="http://127.0.0.1:9/", secrets=["whsec_x"])
    await served.client.v1.customers.create_async()
    await told(served, attempts=1)


async def waiting(served: Served) -> int:
    state = (await served.http.get("/_double/state")).json()
    return len(state["deliveries"])


async def told(served: Served, *, waiting: int = 1, attempts: int | None = None) -> None:
    """Wait until so many deliveries wait, each after so many attempts."""
    async with asyncio.timeout(60):
        while True:
            state = (await served.http.get("/_double/state")).json()
            done = {each["attempts"] for each in state["deliveries"]}
            if len(state["deliveries"]) == waiting and done == ({attempts} - {None}):
                return
            await asyncio.sleep(0.01)
