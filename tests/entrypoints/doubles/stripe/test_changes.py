"""What can be changed of an object, and what it says when it cannot."""

from typing import Any

import pytest
import stripe

from .conftest import Served


async def test_objects_take_metadata_later(served: Served, client: stripe.StripeClient) -> None:
    seller = await served.seller()
    intent = await served.paid("pm_card_bypassPending")
    charge = str(intent.latest_charge)
    refund = await client.v1.refunds.create_async({"charge": charge, "amount": 100})
    transfer = await client.v1.transfers.create_async(
        {"amount": 100, "currency": "usd", "destination": seller}
    )
    payout = await client.v1.payouts.create_async({"amount": 100, "currency": "usd"})
    await served.tell(f"charges/{charge}/dispute")
    [dispute] = (await client.v1.disputes.list_async({"charge": charge})).data
    v1: Any = client.v1
    for calls, ident in (
        (v1.accounts, seller),
        (v1.charges, charge),
        (v1.disputes, dispute.id),
        (v1.payment_intents, intent.id),
        (v1.payouts, payout.id),
        (v1.refunds, refund.id),
        (v1.transfers, transfer.id),
    ):
        changed = await calls.update_async(ident, {"metadata": {"order": "7"}})
        assert changed.metadata.to_dict() == {"order": "7"}
        assert (await calls.retrieve_async(ident)).metadata.to_dict() == {"order": "7"}


async def test_intent_is_changed_until_it_is_paid(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await client.v1.payment_intents.create_async({"amount": 5_000, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        await client.v1.payment_intents.confirm_async(intent.id)
    changed = await client.v1.payment_intents.update_async(
        intent.id, {"amount": 6_000, "payment_method": "pm_card_visa"}
    )
    assert (changed.amount, changed.status) == (6_000, "requires_confirmation")
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        await client.v1.payment_intents.confirm_async(intent.id)
    unset: Any = {"payment_method": ""}
    assert (
        await client.v1.payment_intents.update_async(intent.id, unset)
    ).status == "requires_payment_method"
    await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "return_url": "http://shop.test/"}
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.update_async(intent.id, {"amount": 7_000})
    assert refused.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError, match="already been captured"):
        await client.v1.payment_intents.capture_async(intent.id)


async def test_cancelled_authorisation_is_released(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid(capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError, match="is not a captured charge"):
        await client.v1.refunds.create_async({"charge": str(intent.latest_charge)})
    await client.v1.payment_intents.cancel_async(intent.id)
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge))
    assert (charge.captured, charge.refunded) == (False, True)
    assert await served.pending() == 0


async def test_refund_needs_one_charge(served: Served, client: stripe.StripeClient) -> None:
    first, second = await served.paid(), await served.paid()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"amount": 100})
    assert refused.value.code == "parameter_missing"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async(
            {"payment_intent": first.id, "charge": str(second.latest_charge)}
        )
    assert refused.value.code == "parameters_exclusive"
    await client.v1.refunds.create_async(
        {"payment_intent": first.id, "charge": str(first.latest_charge)}
    )


async def test_account_is_changed_and_deleted_when_it_is_empty(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    changed = await client.v1.accounts.update_async(
        seller,
        {
            "email": "seller@example.com",
            "business_profile": {"url": "http://shop.test"},
            "capabilities": {"card_payments": {"requested": True}},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
        },
    )
    assert changed.capabilities is not None
    assert changed.capabilities.card_payments == "active"
    assert changed.settings is not None
    assert changed.settings.payouts is not None
    assert changed.settings.payouts.schedule.interval == "manual"
    assert [each.id for each in (await client.v1.accounts.list_async()).data] == [seller]

    await served.paid("pm_card_bypassPending")
    transfer = await client.v1.transfers.create_async(
        {"amount": 100, "currency": "usd", "destination": seller}
    )
    with pytest.raises(stripe.InvalidRequestError, match="still has a balance"):
        await client.v1.accounts.delete_async(seller)
    await client.v1.transfers.reversals.create_async(transfer.id)
    await client.v1.accounts.delete_async(seller)
    assert (await client.v1.accounts.list_async()).data == []
    with pytest.raises(stripe.PermissionError):
        await client.v1.accounts.retrieve_async(seller)
    both: Any = {"type": "express", "controller": {"fees": {"payer": "application"}}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.accounts.create_async(both)
    assert refused.value.code == "parameters_exclusive"


async def test_transfer_must_be_like_its_source(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    intent = await served.paid(transfer_group="order_7")
    params: Any = {
        "currency": "usd",
        "destination": seller,
        "source_transaction": intent.latest_charge,
    }
    for wrong, param in (
        ({"amount": 100, "currency": "eur"}, "currency"),
        ({"amount": 100, "transfer_group": "order_8"}, "transfer_group"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.transfers.create_async(params | wrong)
        assert refused.value.param == param
    whole = await client.v1.transfers.create_async(params)
    assert (whole.amount, whole.transfer_group) == (20_000, "order_7")
    without: Any = {"currency": "usd", "destination": seller}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.create_async(without)
    assert refused.value.code == "parameter_missing"
    reversal = await client.v1.transfers.reversals.create_async(whole.id, {"amount": 1})
    again = await client.v1.transfers.reversals.retrieve_async(whole.id, reversal.id)
    assert again.amount == 1


async def test_lists_are_filtered(served: Served, client: stripe.StripeClient) -> None:
    early = await served.paid(transfer_group="order_7")
    await served.advance(100)
    late = await served.paid(transfer_group="order_8")
    charges = await client.v1.charges.list_async({"transfer_group": "order_7"})
    assert [each.id for each in charges.data] == [early.latest_charge]
    since = await client.v1.payment_intents.list_async({"created": {"gt": early.created}})
    assert [each.id for each in since.data] == [late.id]
    exactly = await client.v1.payment_intents.list_async({"created": early.created})
    assert [each.id for each in exactly.data] == [early.id]
    money = await client.v1.balance_transactions.list_async(
        {"source": str(late.latest_charge), "expand": ["data.source"]}
    )
    assert isinstance(money.data[0].source, stripe.Charge)
    one = await client.v1.balance_transactions.retrieve_async(money.data[0].id)
    assert one.net == 19_390
    found = await client.v1.charges.search_async({"query": f"payment_intent:'{late.id}'"})
    assert [each.id for each in found.data] == [late.latest_charge]
    one_event = await client.v1.events.list_async({"type": "charge.succeeded", "limit": 1})
    event = await client.v1.events.retrieve_async(one_event.data[0].id)
    assert event.data.object["id"] == late.latest_charge


async def test_endpoints_of_webhooks_are_limited(client: stripe.StripeClient) -> None:
    params: Any = {"url": "http://127.0.0.1:9/", "enabled_events": ["topup.created"]}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.webhook_endpoints.create_async(params | {"url": "shop.test"})
    assert refused.value.param == "url"
    for _ in range(16):
        await client.v1.webhook_endpoints.create_async(params)
    with pytest.raises(stripe.InvalidRequestError, match="maximum of 16"):
        await client.v1.webhook_endpoints.create_async(params)
    assert len((await client.v1.webhook_endpoints.list_async({"limit": 100})).data) == 16
