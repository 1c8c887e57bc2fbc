"""Refunds: in full, in part, too much, pending, failed and cancelled."""

import pytest
import stripe

from .conftest import DAY, Served

NET = 20_000 - 610


async def test_refunds_in_parts_never_exceed_their_charge(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid()
    charge = str(intent.latest_charge)
    first = await client.v1.refunds.create_async(
        {"charge": charge, "amount": 15_000, "reason": "requested_by_customer"}
    )
    assert (first.status, first.amount) == ("succeeded", 15_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"charge": charge, "amount": 5_001})
    assert "greater than unrefunded amount on charge ($50.00 usd)" in str(refused.value)
    assert refused.value.param == "amount"
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount"):
        await client.v1.refunds.create_async({"charge": charge, "amount": 20_001})

    rest = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert rest.amount == 5_000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"charge": charge})
    assert refused.value.code == "charge_already_refunded"

    after = await client.v1.charges.retrieve_async(charge, {"expand": ["refunds"]})
    assert (after.refunded, after.amount_refunded) == (True, 20_000)
    assert after.refunds is not None
    assert [each.id for each in after.refunds.data] == [rest.id, first.id]
    listed = await client.v1.refunds.list_async({"charge": charge})
    assert [each.id for each in listed.data] == [rest.id, first.id]
    assert await served.pending() == -610


async def test_pending_refund_succeeds_later(served: Served, client: stripe.StripeClient) -> None:
    intent = await served.paid("pm_card_pendingRefund")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "pending"
    await served.advance(5)
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.cancel_async(refund.id)


async def test_refund_that_fails_later_gives_the_money_back(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid("pm_card_refundFail")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 8_000})
    assert refund.status == "succeeded"
    await served.advance(5)

    failed = await client.v1.refunds.retrieve_async(
        refund.id, {"expand": ["failure_balance_transaction", "charge"]}
    )
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    back = failed.failure_balance_transaction
    assert isinstance(back, stripe.BalanceTransaction)
    assert (back.type, back.net) == ("refund_failure", 8_000)
    assert isinstance(failed.charge, stripe.Charge)
    assert failed.charge.amount_refunded == 0
    await served.advance(2 * DAY)
    assert await served.available() == NET


async def test_cancelled_refund_gives_the_money_back(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid("pm_card_pendingRefund")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    cancelled = await client.v1.refunds.cancel_async(refund.id)
    assert cancelled.status == "canceled"
    await served.advance(2 * DAY)
    assert await served.available() == NET


async def test_bank_returns_a_refund_on_demand(served: Served, client: stripe.StripeClient) -> None:
    intent = await served.paid()
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert (await served.tell(f"refunds/{refund.id}/fail"))["status"] == "failed"
