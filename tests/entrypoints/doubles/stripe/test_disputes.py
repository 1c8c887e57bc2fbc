"""Disputes: opened, answered and decided."""

from typing import Any

import pytest
import stripe

from .conftest import DAY, Served


@pytest.mark.parametrize(
    ("evidence", "status", "left"),
    [
        ("winning_evidence", "won", 20_000 - 610 - 1_500),
        ("losing_evidence", "lost", -610 - 1_500),
    ],
)
async def test_dispute_is_decided_by_its_evidence(
    served: Served, client: stripe.StripeClient, evidence: str, status: str, left: int
) -> None:
    intent = await served.paid("pm_card_createDisputeProductNotReceived")
    [dispute] = (await client.v1.disputes.list_async({"payment_intent": intent.id})).data
    assert (dispute.status, dispute.reason) == ("needs_response", "product_not_received")
    [withdrawn] = dispute.balance_transactions
    assert (withdrawn.type, withdrawn.amount, withdrawn.fee) == ("adjustment", -20_000, 1_500)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"

    staged = await client.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": evidence}, "submit": False}
    )
    assert staged.status == "needs_response"
    submitted = await client.v1.disputes.update_async(dispute.id, {"submit": True})
    assert submitted.status == "under_review"
    after = await client.v1.disputes.retrieve_async(dispute.id)
    assert after.status == status
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.disputes.close_async(dispute.id)

    kinds = [each.type for each in (await client.v1.events.list_async({"limit": 100})).data]
    reinstated = "charge.dispute.funds_reinstated" in kinds
    assert reinstated is (status == "won")
    assert "charge.dispute.funds_withdrawn" in kinds
    assert kinds[0] == "charge.dispute.closed"
    await served.advance(2 * DAY)
    assert await served.available() == left


async def test_dispute_without_a_response_is_lost_after_its_deadline(
    served: Served, client: stripe.StripeClient
) -> None:
    await served.paid("pm_card_createDispute")
    await served.advance(7 * DAY)
    [dispute] = (await client.v1.disputes.list_async()).data
    assert (dispute.status, dispute.evidence_details.past_due) == ("lost", True)


async def test_dispute_is_opened_and_decided_on_demand(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid()
    charge = intent.latest_charge
    opened: Any = await served.tell(f"charges/{charge}/dispute", reason="duplicate", amount=5_000)
    assert (opened["reason"], opened["amount"]) == ("duplicate", 5_000)
    decided = await served.tell(f"disputes/{opened['id']}/decide", won=True)
    assert decided["status"] == "won"
    await client.v1.refunds.create_async({"payment_intent": intent.id})


async def test_dispute_is_given_up_by_closing_it(
    served: Served, client: stripe.StripeClient
) -> None:
    await served.paid("pm_card_createDispute")
    [dispute] = (await client.v1.disputes.list_async()).data
    assert (await client.v1.disputes.close_async(dispute.id)).status == "lost"
