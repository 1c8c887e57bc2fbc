"""What Stripe's answers mean to the exchange."""

import logging
from typing import Any

import pytest

from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.adapters.stripe.movement_records import kind_and_amount
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.ports.language.cards import CardHolder
from solebook.ports.language.errors import (
    ChargeDeclined,
    InvalidText,
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from solebook.ports.language.ids import UserId
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


# ---- cards ---------------------------------------------------------------------------------------


async def test_an_email_that_stripe_does_not_accept_is_named(rig: StripeRig) -> None:
    vault = StripeCardVault(rig.provider.calls)
    holder = CardHolder(UserId(rig.ids.new()), f"{'b' * 512}@example.com")
    with pytest.raises(InvalidText, match="email"):
        await vault.begin(key="begin", holder=holder)
    with pytest.raises(InvalidText, match="email"):
        await vault.save(key="save", holder=holder, token="pm_card_visa")


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


async def test_a_payout_is_made_although_the_operator_used_up_its_source(rig: StripeRig) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)
    await rig.charged(20_000, rig.order_id())  # there is other money
    await rig.double.perform("POST", "/_double/clock", {"advance": str(8 * 86_400)})
    source = rig.double.state.get("payment_intent", charge_id)["latest_charge"]
    await told(
        rig,
        "/v1/transfers",
        amount="5000",
        currency="usd",
        destination=rig.account,
        source_transaction=source,
    )
    payout = await rig.provider.pay_out(
        key="payout", order_id=order_id, account=rig.account, amount=17_800
    )
    assert rig.double.state.get("transfer", payout.id)["source_transaction"] is None


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

    found = await rig.provider.movements("", 10)

    assert [(each.kind, each.name, each.amount) for each in found[2:]] == [
        (MovementKind.REFUND, refund["id"], 500),
        (MovementKind.PAYOUT_RETURN, payout.id, 7_000),
    ]
    assert {each.order_id for each in found} == {order_id}
    assert await rig.provider.movements_of([order_id]) == found
    assert await rig.provider.movements(found[-1].place, 10) == []


async def test_the_first_movement_is_found_behind_many(rig: StripeRig) -> None:
    first = await rig.charged(20_000)
    for _ in range(120):
        await told(rig, "/_double/fees", amount="100", currency="usd")
    last = await rig.charged(20_000)

    page = await rig.provider.movements("", 100)
    assert (page[0].name, len(page)) == (first, 100)
    page = await rig.provider.movements(page[-1].place, 100)
    assert (page[-1].name, len(page)) == (last, 22)


async def test_all_that_happens_to_a_charge_is_of_its_order(rig: StripeRig) -> None:
    order_id = rig.order_id()
    charge_id = await rig.charged(20_000, order_id)
    refund = await told(rig, "/v1/refunds", payment_intent=charge_id, amount="500")
    await told(rig, f"/_double/refunds/{refund['id']}/fail")
    charge = rig.double.state.get("payment_intent", charge_id)["latest_charge"]
    dispute = await told(rig, f"/_double/charges/{charge}/dispute")
    await told(rig, f"/_double/disputes/{dispute['id']}/decide", won="true")

    found = await rig.provider.movements("", 100)

    assert [(m.kind, m.name, m.amount, m.fee) for m in found] == [
        (MovementKind.CHARGE, charge_id, 20_000, 610),
        (MovementKind.REFUND, refund["id"], 500, 0),
        (MovementKind.REFUND_FAILURE, refund["id"], 500, 0),
        (MovementKind.DISPUTE, dispute["id"], 20_000, 1_500),
        (MovementKind.DISPUTE_REVERSAL, dispute["id"], 20_000, 0),
    ]
    assert {movement.order_id for movement in found} == {order_id}
    assert {movement.charge_id for movement in found[1:]} == {charge_id}
    assert await rig.provider.movements_of([order_id]) == found


async def test_a_kind_that_is_not_known_is_kept_with_its_name(rig: StripeRig) -> None:
    await told(rig, "/_double/adjustments", amount="70", currency="usd", takes="true")
    await told(rig, "/_double/adjustments", amount="20", currency="usd")

    found = await rig.provider.movements("", 100)

    assert [(m.kind, m.type, m.change) for m in found] == [
        (MovementKind.OTHER, "adjustment", -70),
        (MovementKind.OTHER, "adjustment", 20),
    ]


@pytest.mark.parametrize(
    ("category", "amount", "fee", "kind", "moved"),
    [
        ("charge", 100, 3, MovementKind.CHARGE, 100),
        ("charge", -100, 0, MovementKind.OTHER, -100),
        ("refund", -100, -3, MovementKind.REFUND, 100),
        ("dispute", 0, 1_500, MovementKind.FEE, 1_500),
        ("fee", -25, 0, MovementKind.FEE, 25),
        ("fee", 25, 0, MovementKind.FEE, -25),
        ("issuing_transaction", -9, 0, MovementKind.OTHER, -9),
    ],
)
def test_a_balance_transaction_is_of_a_kind_by_its_category_and_its_sign(
    category: str, amount: int, fee: int, kind: MovementKind, moved: int
) -> None:
    assert kind_and_amount(category, amount, fee) == (kind, moved)


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
