"""Charges that Stripe lets the buyer authenticate, or that are cancelled."""

import asyncio
from dataclasses import replace

import pytest

from solebook.entrypoints.doubles.stripe.errors import ApiError
from solebook.entrypoints.doubles.stripe.resources import payment_intents
from solebook.entrypoints.doubles.stripe.resources.paying import confirm
from solebook.ports.language.errors import ChargeDeclined
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import (
    AcceptedCharge,
    CancelledCharge,
    Charge,
    ChargeNeedsBuyer,
    DeclinedCharge,
    PendingCharge,
)

from ...ports.payment_provider.stripe_rig import RETURN_URL, StripeRig


async def test_a_charge_that_needs_the_buyer_is_declined_without_a_page_to_return_to(
    rig: StripeRig,
) -> None:
    provider = replace(rig.provider, return_url=None)
    order_id = rig.order_id()
    for _ in range(2):
        with pytest.raises(ChargeDeclined) as declined:
            await provider.charge(
                key="charge",
                order_id=order_id,
                payment_method=rig.card_that_needs_buyer,
                amount=20_000,
            )
        assert declined.value.reason == "authentication_required"
    assert await provider.find_charge(order_id) == DeclinedCharge("authentication_required")


async def held(rig: StripeRig) -> None:
    """Wait until the double holds a call."""
    async with asyncio.timeout(60):
        while rig.double.faults.held == 0:  # noqa: ASYNC110  # the double tells nobody
            await asyncio.sleep(0.01)


async def needs_buyer(rig: StripeRig, order_id: OrderId, card: str | None = None) -> AcceptedCharge:
    return await rig.provider.charge(
        key="charge",
        order_id=order_id,
        payment_method=card or rig.card_that_needs_buyer,
        amount=20_000,
        description="Brand Model",
        statement="DD1391-100",
    )


async def test_a_buyer_authenticates_the_one_intent_of_the_order_and_returns_to_it(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    needed = await needs_buyer(rig, order_id)

    [intent] = rig.intents(order_id)
    assert isinstance(needed, ChargeNeedsBuyer)
    assert needed.id == intent["id"]
    assert needed.url.startswith(f"{rig.url}/_double/authenticate/{intent['id']}")
    assert intent["_return_url"] == RETURN_URL.replace("{order_id}", str(order_id))


async def test_a_card_without_money_is_declined_after_its_buyer_authenticated(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    card = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    needed = await needs_buyer(rig, order_id, card)
    assert isinstance(needed, ChargeNeedsBuyer)

    await rig.authenticate(needed.id, passes=True)

    assert await rig.provider.find_charge(order_id) == DeclinedCharge("insufficient_funds")
    with pytest.raises(ChargeDeclined):
        await needs_buyer(rig, order_id, card)


async def test_a_bank_that_declines_after_the_authentication_as_before_is_not_asked_again(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    needed = await needs_buyer(rig, order_id)
    assert isinstance(needed, ChargeNeedsBuyer)
    intent = rig.double.state.get("payment_intent", needed.id)
    with pytest.raises(ApiError):
        confirm(rig.double.state, intent, off_session=True, return_url=None)

    with pytest.raises(ChargeDeclined) as declined:
        await needs_buyer(rig, order_id)
    assert declined.value.reason == "authentication_required"


async def test_a_charge_says_what_it_is_for_and_has_a_receipt(rig: StripeRig) -> None:
    order_id = rig.order_id()
    charged = await needs_buyer(rig, order_id, rig.card)

    intent = rig.double.state.get("payment_intent", charged.id)
    charge = rig.double.state.get("charge", intent["latest_charge"])
    assert charge["description"] == "Brand Model"
    assert charge["calculated_statement_descriptor"] == "SOLEBOOK* DD1391-100"
    assert await rig.provider.receipt(charged.id) == charge["receipt_url"]


async def test_a_charge_in_process_that_stripe_does_not_cancel_stays_pending(
    rig: StripeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = rig.order_id()
    needed = await needs_buyer(rig, order_id)
    rig.double.state.get("payment_intent", needed.id)["status"] = "processing"
    monkeypatch.setattr(payment_intents, "_CANCELLABLE", ("requires_action",))

    assert await rig.provider.cancel_charge(order_id) == PendingCharge(needed.id, 20_000)


async def test_a_charge_that_was_paid_while_it_is_cancelled_is_returned(rig: StripeRig) -> None:
    order_id = rig.order_id()
    needed = await needs_buyer(rig, order_id)
    rig.fail("hold", "before", "/v1/payment_intents/*/cancel")
    cancelling = asyncio.ensure_future(rig.provider.cancel_charge(order_id))
    await held(rig)

    await rig.authenticate(needed.id, passes=True)
    rig.double.faults.release()

    assert await cancelling == Charge(needed.id, 20_000)


async def test_an_order_without_a_try_is_cancelled_by_the_name_of_its_charge(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    intent = {"amount": "20000", "currency": "usd", "payment_method": rig.card_that_needs_buyer}
    now = {"confirm": "true", "return_url": "https://example.com"}
    made = (await rig.double.perform("POST", "/v1/payment_intents", intent | now)).body
    assert await rig.provider.cancel_charge(order_id) is None

    cancelled = await rig.provider.cancel_charge(order_id, made["id"])

    assert cancelled == CancelledCharge(made["id"], 20_000)
