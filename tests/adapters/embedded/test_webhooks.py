"""Webhooks of the embedded provider, and their signatures."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.webhook_bodies import read_event
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import (
    ChargeDeclined,
    InvalidSignature,
    InvalidText,
    PayoutDeclined,
    Unavailable,
)
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import Webhook, WebhookKind

ORDER = OrderId(UUID(int=1))
BODY = b'{"id": "evt_1", "type": "unheard.of"}'
TOLERANCE = timedelta(minutes=5)


@pytest.fixture
def provider(clock: VirtualClock) -> EmbeddedPaymentProvider:
    return EmbeddedPaymentProvider(MemoryJournal(), clock, webhook_secret="whsec_test")


async def charge(provider: EmbeddedPaymentProvider, key: str, card: str) -> str:
    done = await provider.charge(key=key, order_id=ORDER, payment_method=card, amount=21_400)
    return done.id


async def reported(provider: EmbeddedPaymentProvider) -> list[Webhook]:
    return [provider.parse_webhook(*webhook) for webhook in await provider.webhooks()]


async def test_every_call_is_reported_once(
    provider: EmbeddedPaymentProvider,
) -> None:
    charge_id = await charge(provider, "charge", tokens.CARD)
    with pytest.raises(ChargeDeclined):
        await charge(provider, "decline", tokens.DECLINED_CARD)
    for _ in range(2):
        await provider.refund(key="refund", charge_id=charge_id, amount=400)
    await provider.pay_out(key="pay", order_id=ORDER, account=tokens.ACCOUNT, amount=17_600)
    with pytest.raises(PayoutDeclined):
        await provider.pay_out(key="no", order_id=ORDER, account=tokens.CLOSED_ACCOUNT, amount=100)

    events = await reported(provider)

    kinds = WebhookKind
    assert [(e.kind, e.order_id, e.charge_id, e.amount, e.reason) for e in events] == [
        (kinds.CHARGE_CAPTURED, ORDER, charge_id, 21_400, None),
        (kinds.CHARGE_DECLINED, ORDER, None, 21_400, "card_declined"),
        (kinds.CHARGE_REFUNDED, ORDER, charge_id, 400, None),
        (kinds.PAYOUT_PAID, ORDER, None, 17_600, None),
        (kinds.PAYOUT_FAILED, ORDER, None, 100, "account_closed"),
    ]
    assert len({event.id for event in events}) == 5
    assert [event.reference for event in events[:2]] == [None, None]
    assert len({event.reference for event in events[2:]}) == 3


@pytest.mark.parametrize(
    ("card", "decision"),
    [
        (tokens.CARD_THAT_IS_CHARGED_LATER, [WebhookKind.CHARGE_CAPTURED]),
        (tokens.CARD_THAT_IS_DECLINED_LATER, [WebhookKind.CHARGE_DECLINED]),
        (tokens.CARD_THAT_STAYS_PENDING, []),
    ],
)
async def test_a_pending_charge_is_reported_and_then_the_banks_decision(
    provider: EmbeddedPaymentProvider, card: str, decision: list[WebhookKind]
) -> None:
    await charge(provider, "charge", card)
    assert [event.kind for event in await reported(provider)] == [WebhookKind.OTHER]
    for _ in range(2):
        await provider.find_charge(ORDER)
    events = await reported(provider)
    assert [event.kind for event in events[1:]] == decision
    assert len({event.id for event in events}) == len(events)


async def test_charge_is_reported_even_if_its_answer_was_lost(
    provider: EmbeddedPaymentProvider,
) -> None:
    with pytest.raises(Unavailable):
        await charge(provider, "charge", tokens.CARD_THAT_TIMES_OUT)
    (before,) = await reported(provider)

    charge_id = await charge(provider, "charge", tokens.CARD_THAT_TIMES_OUT)

    assert before.charge_id == charge_id
    assert await reported(provider) == [before]


async def test_lost_call_is_not_reported(provider: EmbeddedPaymentProvider) -> None:
    with pytest.raises(Unavailable):
        await charge(provider, "charge", tokens.CARD_THAT_FAILS_ONCE)

    assert await reported(provider) == []


async def test_reports_continue_after_the_last_read_one(provider: EmbeddedPaymentProvider) -> None:
    for number in range(3):
        await charge(provider, f"{number}", tokens.CARD)

    everything = await provider.webhooks()

    assert await provider.webhooks(after=1) == everything[1:]
    assert await provider.webhooks(after=3) == []


async def test_signature_is_valid_for_five_minutes(
    provider: EmbeddedPaymentProvider, clock: VirtualClock
) -> None:
    signature = provider.sign(BODY)

    await clock.advance(TOLERANCE)
    provider.parse_webhook(BODY, signature)
    await clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY, signature)


async def test_signature_from_the_future_is_refused(clock: VirtualClock) -> None:
    ahead = VirtualClock(clock.now() + TOLERANCE + timedelta(seconds=1))
    signature = EmbeddedPaymentProvider(MemoryJournal(), ahead, "whsec_test").sign(BODY)
    provider = EmbeddedPaymentProvider(MemoryJournal(), clock, "whsec_test")

    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY, signature)

    await clock.advance(timedelta(seconds=1))
    provider.parse_webhook(BODY, signature)


def test_signature_is_the_hmac_of_the_scheme(provider: EmbeddedPaymentProvider) -> None:
    # The output of `openssl dgst -sha256 -hmac whsec_test` for time, full stop and body.
    assert provider.sign(BODY) == (
        "t=1772452800,v1=d976f88aa24711c3ea12e1f90564bc78b01faada9c5772c5c7902d6d31d85b12"
    )


def test_one_valid_signature_of_several_is_enough(provider: EmbeddedPaymentProvider) -> None:
    timestamp, good = provider.sign(BODY).split(",")

    provider.parse_webhook(BODY, f"{timestamp},v1={'0' * 64},v0=x,{good}")
    provider.parse_webhook(BODY, f"{good}, {timestamp}")


def test_signature_with_two_times_is_refused(provider: EmbeddedPaymentProvider) -> None:
    timestamp, good = provider.sign(BODY).split(",")

    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY, f"{timestamp},t=1,{good}")


def test_signature_by_another_secret_is_refused(
    provider: EmbeddedPaymentProvider, clock: VirtualClock
) -> None:
    forger = EmbeddedPaymentProvider(MemoryJournal(), clock, "whsec_other")

    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY, forger.sign(BODY))


def test_signature_of_another_body_or_time_is_refused(provider: EmbeddedPaymentProvider) -> None:
    timestamp, good = provider.sign(BODY).split(",")
    later = f"t={int(timestamp.removeprefix('t=')) + 1}"

    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY + b" ", f"{timestamp},{good}")
    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY, f"{later},{good}")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=1772452800",
        "v1=" + "0" * 64,
        "t=,v1=" + "0" * 64,
        "t=-1,v1=" + "0" * 64,
        "t=1e9,v1=" + "0" * 64,
        "t=1772452800,t=1772452801,v1=" + "0" * 64,
        "t=" + "9" * 5_000 + ",v1=" + "0" * 64,
        "t=1772452800,v1=é\udcff",
        "t=1772452800,v1=",
        "t=1772452800,v2=" + "0" * 64,
        ",,,===",
    ],
)
def test_malformed_signature_is_refused(provider: EmbeddedPaymentProvider, signature: str) -> None:
    with pytest.raises(InvalidSignature):
        provider.parse_webhook(BODY, signature)


@given(st.text(max_size=40), st.binary(max_size=40))
@settings(max_examples=40)
def test_guessed_signatures_are_refused(signature: str, body: bytes) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    provider = EmbeddedPaymentProvider(MemoryJournal(), clock, "whsec_test")

    with pytest.raises(InvalidSignature):
        provider.parse_webhook(body, signature)


def test_gateway_needs_a_secret(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="secret"):
        EmbeddedPaymentProvider(MemoryJournal(), clock, webhook_secret="")


def test_secret_is_not_shown(provider: EmbeddedPaymentProvider) -> None:
    assert "whsec_test" not in repr(provider)


def event(**fields: Any) -> bytes:
    captured = {"order_id": str(ORDER), "charge_id": "ch_1", "amount": 100, "reason": None}
    told = {"id": "evt_1", "type": "charge.captured", "data": captured, **fields}
    return json.dumps(told).encode()


def test_event_of_an_unknown_type_is_passed_on_as_other() -> None:
    for told in (event(type="charge.disputed"), event(type="other"), event(type="x", data=7)):
        assert read_event(told) == Webhook("evt_1", WebhookKind.OTHER, None)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (WebhookKind.CHARGE_REFUNDED, "refund_id"),
        (WebhookKind.PAYOUT_PAID, "payout_id"),
        (WebhookKind.PAYOUT_FAILED, "payout_id"),
    ],
)
def test_refund_and_payout_events_are_named_by_the_providers_id_or_else_by_the_event(
    kind: WebhookKind, field: str
) -> None:
    named = read_event(event(type=kind, data={"amount": 100, field: "x_1"}))
    nameless = read_event(event(type=kind, data={"amount": 100}))

    assert (named.reference, named.name) == ("x_1", "x_1")
    assert (nameless.reference, nameless.name) == (None, "evt_1")


def test_charge_without_an_order_is_accepted() -> None:
    told = event(data={"charge_id": "ch_1", "amount": 100})

    assert read_event(told) == Webhook(
        "evt_1", WebhookKind.CHARGE_CAPTURED, None, charge_id="ch_1", amount=100
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'{"id": 1' + b"0" * 5_000 + b"}",
        event(id=None),
        event(id=1),
        event(id=""),
        event(id="x" * 1_001),
        event(id="evt\x00"),
        event(type=None),
        event(type=["charge.captured"]),
        event(data=None),
        event(data=[]),
        event(data={"charge_id": "ch_1"}),
        event(data={"amount": 100}),
        event(data={"charge_id": "ch_1", "amount": 0}),
        event(data={"charge_id": "ch_1", "amount": -1}),
        event(data={"charge_id": "ch_1", "amount": "100"}),
        event(data={"charge_id": "ch_1", "amount": None}),
        event(type="charge.refunded", data={"amount": 100, "refund_id": 7}),
        event(type="payout.paid", data={"amount": 100, "payout_id": ""}),
        event(type="payout.failed", data={"amount": 0}),
        event(data={"charge_id": "ch_1", "amount": 1.5}),
        event(data={"charge_id": "ch_1", "amount": True}),
        event(data={"charge_id": "ch_1", "amount": 2**53 + 1}),
        event(data={"charge_id": "ch_1", "amount": 100, "order_id": "x"}),
        event(data={"charge_id": "ch_1", "amount": 100, "order_id": 1}),
        event(data={"charge_id": "ch_1", "amount": 100, "reason": {}}),
    ],
)
def test_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidText):
        read_event(body)
