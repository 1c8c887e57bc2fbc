"""Disputes at a double of Stripe: before and after the payout, won and lost, with evidence."""

from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.movements import MovementKind

from ...ports.payment_provider.stripe_rig import StripeRig
from .test_trade_with_stripe import application, go_on, market, reported, seller, stripe
from .world import Person, World

__all__ = ["application", "market", "seller", "stripe"]

FEE = 1_500
TOTAL = 21_400


async def disputed(
    market: World, stripe: StripeRig, order_id: str, admin: Person, amount: int
) -> dict[str, Any]:
    """Have the buyer's bank dispute the order's charge, and return what the exchange knows."""
    [charge] = [
        each
        for each in stripe.double.state.of("charge").values()
        if each["transfer_group"] == order_id
    ]
    await act(stripe, f"charges/{charge['id']}/dispute", amount=str(amount))
    await reported(market, stripe)
    [dispute] = (await market.ok("GET", "/v1/admin/disputes?open=true", admin))["items"]
    assert (dispute["order_id"], dispute["amount"]) == (order_id, amount)
    return dict(dispute)


async def act(stripe: StripeRig, path: str, **form: str) -> None:
    answer = await stripe.double.perform("POST", f"/_double/{path}", form)
    assert answer.status == 200, answer.body


async def check_money(market: World, stripe: StripeRig) -> None:
    """Assert that the exchange has what Stripe has, but for its fees."""
    assert (await market.application.payments.check_solvency()).held == await stripe.held()


@pytest.mark.parametrize("amount", [TOTAL, 5_000], ids=["whole", "in part"])
@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_before_the_payout(
    market: World,
    stripe: StripeRig,
    buyer: Person,
    seller: Person,
    authenticator: Person,
    admin: Person,
    won: bool,
    amount: int,
) -> None:
    order_id = await market.order(buyer, seller)
    dispute = await disputed(market, stripe, order_id, admin, amount)
    assert (dispute["status"], dispute["withdrawn"]) == ("needs_response", amount)
    assert dispute["fee"] == FEE
    await go_on(market, order_id, buyer, seller, authenticator)
    await reported(market, stripe)
    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert (order["payout_status"], order["payout_freezes"]) == ("held", ["dispute"])

    path = f"/v1/admin/disputes/{dispute['id']}"
    evidence = (await market.ok("GET", path, admin))["evidence"]
    why = {"reason": "the pair was delivered", "remark": "Ask us for more."}
    submitted = await market.ok("POST", f"{path}/evidence", admin, json=why)
    assert submitted["status"] == "under_review"
    told = stripe.double.state.of("dispute")[dispute["name"]]["evidence"]
    assert told["uncategorized_text"] == evidence["text"] + "\nAsk us for more."
    assert "https://photos.example.com/1.jpg" in told["uncategorized_text"]
    assert told["shipping_tracking_number"] == "1Z999AA10123456784"
    again = await market.post(f"{path}/evidence", admin, json=why)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/dispute-not-open")

    await act(stripe, f"disputes/{dispute['name']}/decide", won=str(won).lower())
    await reported(market, stripe)

    dispute = (await market.ok("GET", path, admin))["dispute"]
    assert dispute["status"] == ("won" if won else "lost")
    [payout] = (await market.ok("GET", "/v1/payouts", seller))["items"]
    assert (payout["status"], payout["amount"]) == ("paid", 17_600)
    await check_money(market, stripe)


@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_after_the_payout(
    market: World,
    stripe: StripeRig,
    buyer: Person,
    seller: Person,
    authenticator: Person,
    admin: Person,
    won: bool,
) -> None:
    order_id = await market.order(buyer, seller)
    await go_on(market, order_id, buyer, seller, authenticator)
    await reported(market, stripe)
    dispute = await disputed(market, stripe, order_id, admin, TOTAL)

    await act(stripe, f"disputes/{dispute['name']}/decide", won=str(won).lower())
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert order["payout_status"] == "paid"
    assert (await market.ok("GET", "/v1/admin/disputes?open=true", admin))["items"] == []
    kinds = [movement.kind for movement in await stripe.provider.movements("", 100)]
    back = [MovementKind.DISPUTE_REVERSAL] if won else []
    assert kinds == [MovementKind.CHARGE, MovementKind.PAYOUT, MovementKind.DISPUTE, *back]
    await check_money(market, stripe)


async def test_a_dispute_without_an_answer_is_lost_although_no_event_arrives(
    market: World,
    stripe: StripeRig,
    buyer: Person,
    seller: Person,
    authenticator: Person,
    admin: Person,
) -> None:
    order_id = await market.order(buyer, seller)
    await go_on(market, order_id, buyer, seller, authenticator)
    await reported(market, stripe)
    dispute = await disputed(market, stripe, order_id, admin, TOTAL)
    stripe.double.webhooks.change({"withhold": "true"})
    await act(stripe, "clock", advance=str(8 * 86_400))

    await market.pass_of_time(timedelta(days=1))
    await market.workers.settle()

    path = f"/v1/admin/disputes/{dispute['id']}"
    assert (await market.ok("GET", path, admin))["dispute"]["status"] == "lost"
    await check_money(market, stripe)
