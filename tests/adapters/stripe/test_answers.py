"""What Stripe's answers mean to the exchange."""

import logging
from typing import Any

import pytest

from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.ports.language.errors import (
    ChargeDeclined,
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.payments import Charge, PendingCharge

from ...ports.payment_provider.stripe_rig import SECRET, StripeRig, stripe_calls


async def told(rig: StripeRig, path: str, **form: Any) -> Any:
    """Do something at Stripe that the exchange did not ask for."""
    answer = await rig.double.perform("POST", path, form)
    assert answer.status == 200, answer.body
    return answer.body


# ---- charges -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_authenticationRequired", "authentication_required"),
        ("pm_gone", "resource_missing"),
    ],
)
async def test_a_declined_charge_says_why(rig: StripeRig, card: str, reason: str) -> None:
    order_id = rig.order_id()
    for _ in range(2):
        with pytest.raises(ChargeDeclined) as declined:
            await rig.provider.charge(
                key="charge", order_id=order_id, payment_method=card, amount=20_000
            )
        assert declined.value.reason == reason


async def test_a_card_of_a_customer_is_charged_with_the_customer(rig: StripeRig) -> None:
    customer = await told(rig, "/v1/customers")
    path = "/v1/payment_methods/pm_card_visa/attach"
    card = await told(rig, path, customer=customer["id"])

    order_id = rig.order_id()
    charge = await rig.provider.charge(
        key="charge", order_id=order_id, payment_method=card["id"], amount=20_000
    )

    intent = rig.double.state.get("payment_intent", charge.id)
    assert (intent["customer"], intent["transfer_group"]) == (customer["id"], str(order_id))


async def test_a_charge_that_stripe_is_processing_is_pending_until_it_is_paid(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)
    intent = rig.double.state.get("payment_intent", charge_id)

    intent["status"] = "processing"
    assert await rig.provider.find_charge(order_id) == PendingCharge(charge_id, 20_000)

    intent["status"] = "succeeded"
    assert await rig.provider.find_charge(order_id) == Charge(charge_id, 20_000)


# ---- refunds -------------------------------------------------------------------------------------


async def test_a_pending_refund_is_made(rig: StripeRig) -> None:
    charge = await rig.provider.charge(
        key="charge",
        order_id=rig.order_id(),
        payment_method="pm_card_pendingRefund",
        amount=20_000,
    )

    made = await rig.provider.refund(key="refund", charge_id=charge.id, amount=500)

    assert made.amount == 500
    assert await rig.held() == 19_500


async def test_a_refund_that_the_bank_returned_is_declined(rig: StripeRig) -> None:
    charge_id = await rig.charged(20_000)
    made = await rig.provider.refund(key="refund", charge_id=charge_id, amount=500)
    await told(rig, f"/_double/refunds/{made.id}/fail")

    with pytest.raises(RefundDeclined) as declined:
        await rig.provider.refund(key="refund", charge_id=charge_id, amount=500)
    assert declined.value.reason == "expired_or_canceled_card"


async def test_a_disputed_charge_is_not_refunded(rig: StripeRig) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)
    stripes = rig.double.state.get("payment_intent", charge_id)["latest_charge"]
    await told(rig, f"/_double/charges/{stripes}/dispute")

    with pytest.raises(RefundDeclined) as declined:
        await rig.provider.refund(key="refund", charge_id=charge_id, amount=500)
    assert declined.value.reason == "charge_disputed"


# ---- payouts -------------------------------------------------------------------------------------


async def test_a_payout_comes_from_the_charge_of_its_order(rig: StripeRig) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)

    made = await rig.provider.pay_out(
        key="payout", order_id=order_id, account=rig.account, amount=18_000
    )

    transfer = rig.double.state.get("transfer", made.id)
    intent = rig.double.state.get("payment_intent", charge_id)
    assert transfer["source_transaction"] == intent["latest_charge"]
    assert transfer["transfer_group"] == str(order_id)


async def test_a_payout_that_the_balance_does_not_cover_can_be_repeated(rig: StripeRig) -> None:
    order_id = rig.order_id()  # without a charge, so that it needs other money

    async def pay_out() -> object:
        return await rig.provider.pay_out(
            key="payout", order_id=order_id, account=rig.account, amount=18_000
        )

    for _ in range(7):  # which is not the breaker's business
        with pytest.raises(Unavailable) as short:
            await pay_out()
        assert short.value.retry_after == 60

    intent = {"amount": "20000", "currency": "usd", "payment_method": "pm_card_bypassPending"}
    await told(rig, "/v1/payment_intents", **intent, confirm="true", off_session="true")
    await rig.double.perform("POST", "/_double/clock", {"advance": str(2 * 86_400)})
    await pay_out()


@pytest.mark.parametrize(
    ("account", "reason"),
    [(None, "insufficient_capabilities_for_transfer"), ("acct_unknown", "resource_missing")],
)
async def test_an_account_that_cannot_be_paid_declines_the_payout(
    rig: StripeRig, account: str | None, reason: str
) -> None:
    order_id = rig.order_id()
    await rig.charged(20_000, order_id)

    with pytest.raises(PayoutDeclined) as declined:
        await rig.provider.pay_out(
            key="payout",
            order_id=order_id,
            account=account or rig.closed_account,
            amount=18_000,
        )
    assert declined.value.reason == reason


# ---- movements -----------------------------------------------------------------------------------


async def test_money_that_moved_without_a_request_is_a_movement_of_its_order(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)
    payout = await rig.provider.pay_out(
        key="payout", order_id=order_id, account=rig.account, amount=18_000
    )
    refund = await told(rig, "/v1/refunds", payment_intent=charge_id, amount="500")
    await told(rig, f"/v1/transfers/{payout.id}/reversals", amount="7000")
    await told(rig, "/_double/fees", amount="100", currency="usd")

    found = await rig.provider.movements("", 10)

    assert [(each.kind, each.name, each.amount) for each in found[2:]] == [
        (MovementKind.REFUND, refund["id"], 500),
        (MovementKind.PAYOUT_RETURN, payout.id, 7_000),
    ]
    assert {each.order_id for each in found} == {order_id}
    assert await rig.provider.movements_of([order_id]) == found
    assert await rig.provider.movements(found[-1].place, 10) == []  # nothing but a fee


async def test_the_first_movement_is_found_behind_many(rig: StripeRig) -> None:
    first = await rig.charged(20_000)
    for _ in range(120):
        await told(rig, "/_double/fees", amount="100", currency="usd")
    last = await rig.charged(20_000)

    page = await rig.provider.movements("", 100)
    assert [movement.name for movement in page] == [first]
    page = await rig.provider.movements(page[-1].place, 100)
    assert [movement.name for movement in page] == [last]


# ---- the key -------------------------------------------------------------------------------------


async def test_a_wrong_key_is_unavailable_and_is_told_to_nobody(
    rig: StripeRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = "sk_test_wrongwrongwrong"
    async with stripe_calls(rig.url, key=key) as calls:
        provider = StripePaymentProvider(calls, rig.clock, (SECRET,), "usd")
        with pytest.raises(Unavailable) as refusal:
            await provider.balance()
        assert SECRET not in repr(provider)
        assert key not in repr(provider)

    assert refusal.value.__cause__ is None
    assert "AuthenticationError" in caplog.text
    for secret in (key, key[-4:], SECRET):
        assert secret not in caplog.text
