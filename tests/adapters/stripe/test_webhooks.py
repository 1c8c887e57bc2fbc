"""Stripe's webhooks: what the exchange believes, and what it makes of them."""

import json
from typing import Any

import pytest

from solebook.adapters.security.webhook_signatures import sign
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.entrypoints.doubles.stripe.webhooks import signature
from solebook.ports.language.errors import InvalidSignature, InvalidText
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import Webhook, WebhookKind

from ...ports.payment_provider.stripe_rig import SECRET, StripeRig

NEW = "whsec_new"


def rotating(rig: StripeRig, *secrets: str) -> StripePaymentProvider:
    return StripePaymentProvider(rig.provider.calls, rig.clock, secrets, "usd")


def test_a_webhook_with_the_old_secret_is_believed_while_it_is_replaced(rig: StripeRig) -> None:
    order_id = rig.order_id()
    body = rig.event_of_a_charge(order_id, "pi_1", 20_000)
    now = rig.clock.now()

    for secret in (SECRET, NEW):
        event = rotating(rig, NEW, SECRET).parse_webhook(body, sign(body, secret, now))
        assert event.order_id == order_id
    with pytest.raises(InvalidSignature):
        rotating(rig, NEW).parse_webhook(body, sign(body, SECRET, now))


def test_a_webhook_that_is_signed_with_both_secrets_is_believed_by_either(rig: StripeRig) -> None:
    body = rig.event_of_a_charge(rig.order_id(), "pi_1", 20_000)
    both = signature(body, [NEW, SECRET], int(rig.clock.now().timestamp()))

    for secret in (SECRET, NEW):
        assert rotating(rig, secret).parse_webhook(body, both).id == "evt_1"


def changed(rig: StripeRig, **more: Any) -> bytes:
    event = json.loads(rig.event_of_a_charge(rig.order_id(), "pi_1", 20_000))
    return json.dumps(event | more).encode()


def parsed(rig: StripeRig, body: bytes) -> Webhook:
    return rig.provider.parse_webhook(body, rig.sign(body))


@pytest.mark.parametrize("kind", ["setup_intent.succeeded", "setup_intent.setup_failed"])
def test_an_event_of_a_setup_hints_at_it(rig: StripeRig, kind: str) -> None:
    setup = {"object": {"id": "seti_1", "object": "setup_intent", "metadata": {}}}

    event = parsed(rig, changed(rig, type=kind, data=setup))

    assert event == Webhook("evt_1", WebhookKind.CARD_SETUP_CHANGED, None, reference="seti_1")


def test_an_event_in_another_version_of_the_api_is_refused(rig: StripeRig) -> None:
    with pytest.raises(InvalidText, match="api_version"):
        parsed(rig, changed(rig, api_version="2020-08-27"))


@pytest.mark.parametrize(
    "more",
    [
        {"type": "customer.created", "api_version": "2020-08-27", "data": None},
        {"account": "acct_1"},
        {"data": {"object": {"id": "pi_1", "currency": "eur", "amount_received": 20_000}}},
    ],
)
def test_an_event_that_does_not_concern_the_exchange_is_ignored(
    rig: StripeRig, more: dict[str, Any]
) -> None:
    assert parsed(rig, changed(rig, **more)) == Webhook("evt_1", WebhookKind.OTHER, None)


@pytest.mark.parametrize(
    "more",
    [
        {"id": None},
        {"type": 1},
        {"data": {}},
        {"data": {"object": {"id": "pi_1", "currency": "usd"}}},
        {"data": {"object": {"id": "pi_1", "currency": "usd", "amount_received": -1}}},
        {"data": {"object": {"id": "pi_1", "currency": "usd", "amount_received": 10**12}}},
        {"data": {"object": {"currency": "usd", "amount_received": 1}}},
        {"data": {"object": {"id": "pi_1", "currency": "usd", "metadata": "order"}}},
    ],
)
def test_an_event_without_what_it_needs_is_refused(rig: StripeRig, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidText):
        parsed(rig, changed(rig, **more))


def test_an_event_of_a_charge_that_is_not_of_an_order_has_none(rig: StripeRig) -> None:
    intent = {"id": "pi_1", "currency": "usd", "amount_received": 1, "metadata": {"order_id": "7"}}
    event = parsed(rig, changed(rig, data={"object": intent}))
    assert (event.kind, event.order_id) == (WebhookKind.CHARGE_CAPTURED, None)


def events(rig: StripeRig) -> list[tuple[WebhookKind, str | None, OrderId | None, int]]:
    """Return what the exchange makes of the double's events, oldest first."""
    found: list[tuple[WebhookKind, str | None, OrderId | None, int]] = []
    for event in rig.double.state.of("event").values():
        told = parsed(rig, json.dumps(event).encode())
        if told.kind is not WebhookKind.OTHER:
            found.append((told.kind, told.reference or told.charge_id, told.order_id, told.amount))
    return found


async def test_what_happens_to_an_order_is_told(rig: StripeRig) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)
    refund = await rig.provider.refund(key="refund", charge_id=charge_id, amount=500)
    payout = await rig.provider.pay_out(
        key="payout", order_id=order_id, account=rig.account, amount=18_000
    )
    for amount in ("7000", "11000"):
        reversal = {"amount": amount}
        await rig.double.perform("POST", f"/v1/transfers/{payout.id}/reversals", reversal)

    assert events(rig) == [
        (WebhookKind.CHARGE_CAPTURED, charge_id, order_id, 20_000),
        (WebhookKind.CHARGE_REFUNDED, refund.id, order_id, 500),
        (WebhookKind.PAYOUT_PAID, payout.id, order_id, 18_000),
        (WebhookKind.PAYOUT_FAILED, payout.id, order_id, 7_000),
        (WebhookKind.PAYOUT_FAILED, payout.id, order_id, 18_000),
    ]


async def test_a_decline_is_told_with_its_reason(rig: StripeRig) -> None:
    order_id = rig.order_id()
    with pytest.raises(Exception, match="generic_decline"):
        await rig.provider.charge(
            key="charge", order_id=order_id, payment_method=rig.declined_card, amount=20_000
        )
    [failed] = [
        event
        for event in rig.double.state.of("event").values()
        if event["type"] == "payment_intent.payment_failed"
    ]

    told = parsed(rig, json.dumps(failed).encode())

    assert (told.kind, told.order_id) == (WebhookKind.CHARGE_DECLINED, order_id)
    assert told.reason == "generic_decline"
