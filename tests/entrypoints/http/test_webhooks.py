"""What the payment provider reports."""

import json

from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.security.webhook_signatures import sign

from .world import Person, World

PATH = "/v1/webhooks/stripe"


async def test_signed_events_are_taken_again_and_again_and_change_nothing_twice(
    market: World, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)
    provider = market.application.adapters.payment_provider
    assert isinstance(provider, EmbeddedPaymentProvider)
    webhooks = await provider.webhooks()
    assert webhooks
    for body, signature in [*webhooks, *webhooks]:
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        answer = await market.call("POST", PATH, content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"received": True})
    await market.workers.settle()
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert order["payment_status"] == "captured"
    assert (await market.application.payments.check_solvency()).balanced


async def test_a_tampered_event_is_refused(world: World) -> None:
    body = json.dumps({"id": "evt_1", "type": "charge.captured", "data": {}}).encode()
    signature = sign(body, "whsec_embedded", world.clock.now())
    answer = await world.call(
        "POST", PATH, content=body + b" ", headers={"Stripe-Signature": signature}
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-signature")


async def test_an_event_without_a_signature_is_refused(world: World) -> None:
    answer = await world.call("POST", PATH, content=b"{}")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")


async def test_a_signed_event_that_makes_no_sense_is_refused(world: World) -> None:
    signature = sign(b"nonsense", "whsec_embedded", world.clock.now())
    answer = await world.call(
        "POST", PATH, content=b"nonsense", headers={"Stripe-Signature": signature}
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-text")


async def test_a_signed_event_with_a_key_twice_is_refused(world: World) -> None:
    body = b'{"id": "evt_1", "type": "charge.captured", "id": "evt_2", "data": {}}'
    signature = sign(body, "whsec_embedded", world.clock.now())
    answer = await world.call("POST", PATH, content=body, headers={"Stripe-Signature": signature})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
