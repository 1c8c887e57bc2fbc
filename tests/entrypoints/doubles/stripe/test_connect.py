"""Connected accounts, transfers, reversals and payouts."""

from typing import Any

import pytest
import stripe

from .conftest import DAY, Served


async def test_account_is_completed_on_the_page_of_its_link(
    served: Served, client: stripe.StripeClient
) -> None:
    account = await client.v1.accounts.create_async(
        {
            "country": "US",
            "email": "seller@example.com",
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
        }
    )
    assert (account.type, account.payouts_enabled, account.details_submitted) == (
        "express",
        False,
        False,
    )
    assert account.requirements is not None
    assert account.requirements.currently_due
    link = await client.v1.account_links.create_async(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://shop.test/again",
            "return_url": "http://shop.test/done",
        }
    )
    page = await served.http.get(link.url)
    path = f"/_double/onboarding/{account.id}/completes"
    assert path in page.text
    back = await served.http.post(path)
    assert back.headers["location"] == "http://shop.test/done"

    after = await client.v1.accounts.retrieve_async(account.id)
    assert (after.payouts_enabled, after.details_submitted) == (True, True)
    assert after.capabilities is not None
    assert after.capabilities.transfers == "active"
    events = await client.v1.events.list_async(
        {"type": "account.updated"}, {"stripe_account": account.id}
    )
    assert [each.account for each in events.data] == [account.id]


async def test_account_that_is_restricted_gets_no_transfer(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    intent = await served.paid("pm_card_bypassPending")
    await served.tell(f"accounts/{seller}/restrict")
    params: Any = {
        "amount": 1_000,
        "currency": "usd",
        "destination": seller,
        "source_transaction": intent.latest_charge,
    }
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.create_async(params)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    await served.tell(f"accounts/{seller}/complete")
    await client.v1.transfers.create_async(params)


async def test_unknown_destination_or_account_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.create_async(
            {"amount": 1, "currency": "usd", "destination": "acct_none"}
        )
    assert (refused.value.http_status, refused.value.param) == (400, "destination")
    with pytest.raises(stripe.PermissionError) as forbidden:
        await client.v1.balance.retrieve_async(options={"stripe_account": "acct_none"})
    error: Any = forbidden.value.error
    assert error.code == "account_invalid"


async def test_transfer_without_a_source_needs_available_money(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    await served.paid()
    params: Any = {"amount": 10_000, "currency": "usd", "destination": seller}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.create_async(params)
    assert refused.value.code == "balance_insufficient"
    await served.advance(2 * DAY)
    await client.v1.transfers.create_async(params)
    assert await served.available() == 20_000 - 610 - 10_000


async def test_transfers_from_a_charge_wait_for_it_and_never_exceed_it(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    intent = await served.paid(transfer_group="order_7")
    params: Any = {
        "amount": 15_000,
        "currency": "usd",
        "destination": seller,
        "source_transaction": intent.latest_charge,
        "transfer_group": "order_7",
    }
    first = await client.v1.transfers.create_async(params)
    params["amount"] = 5_001
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed the source amount"):
        await client.v1.transfers.create_async(params)
    found = await client.v1.transfers.list_async({"transfer_group": "order_7"})
    assert [each.id for each in found.data] == [first.id]

    theirs: Any = {"stripe_account": seller}
    before = (await client.v1.balance.retrieve_async(options=theirs)).to_dict()
    assert (before["available"][0]["amount"], before["pending"][0]["amount"]) == (0, 15_000)
    await served.advance(2 * DAY)
    after = (await client.v1.balance.retrieve_async(options=theirs)).to_dict()
    assert (after["available"][0]["amount"], after["pending"][0]["amount"]) == (15_000, 0)
    assert await served.available() == 20_000 - 610 - 15_000


async def test_transfer_is_reversed_in_parts_and_never_more(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    await served.paid("pm_card_bypassPending")
    transfer = await client.v1.transfers.create_async(
        {"amount": 10_000, "currency": "usd", "destination": seller}
    )
    part = await client.v1.transfers.reversals.create_async(
        transfer.id, {"amount": 4_000, "expand": ["balance_transaction"]}
    )
    assert isinstance(part.balance_transaction, stripe.BalanceTransaction)
    assert (part.balance_transaction.type, part.balance_transaction.net) == (
        "transfer_refund",
        4_000,
    )
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.reversals.create_async(transfer.id, {"amount": 6_001})
    rest = await client.v1.transfers.reversals.create_async(transfer.id)
    assert rest.amount == 6_000
    after = await client.v1.transfers.retrieve_async(transfer.id)
    assert (after.reversed, after.amount_reversed) == (True, 10_000)
    reversals = await client.v1.transfers.reversals.list_async(transfer.id)
    assert [each.id for each in reversals.data] == [rest.id, part.id]
    assert await served.available() == 20_000 - 610


async def test_seller_who_was_paid_out_has_nothing_to_reverse(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    await served.paid("pm_card_bypassPending")
    transfer = await client.v1.transfers.create_async(
        {"amount": 10_000, "currency": "usd", "destination": seller}
    )
    theirs: Any = {"stripe_account": seller}
    payout = await client.v1.payouts.create_async({"amount": 10_000, "currency": "usd"}, theirs)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.reversals.create_async(transfer.id)
    assert refused.value.code == "balance_insufficient"

    await served.advance(2 * DAY)
    paid = await client.v1.payouts.retrieve_async(payout.id, options=theirs)
    assert paid.status == "paid"
    await served.tell(f"payouts/{payout.id}/fail", account=seller)
    failed = await client.v1.payouts.retrieve_async(payout.id, options=theirs)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    await client.v1.transfers.reversals.create_async(transfer.id)


async def test_payout_needs_available_money_and_is_cancelled_while_pending(
    served: Served, client: stripe.StripeClient
) -> None:
    await served.paid("pm_card_bypassPending")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payouts.create_async({"amount": 20_000, "currency": "usd"})
    assert refused.value.code == "balance_insufficient"
    payout = await client.v1.payouts.create_async({"amount": 19_000, "currency": "usd"})
    assert (await client.v1.payouts.cancel_async(payout.id)).status == "canceled"
    assert await served.available() == 20_000 - 610


async def test_fees_of_the_platform_are_balance_transactions(
    served: Served, client: stripe.StripeClient
) -> None:
    await served.tell("fees", amount=75, currency="usd")
    [fee] = (await client.v1.balance_transactions.list_async({"type": "stripe_fee"})).data
    assert (fee.net, fee.reporting_category) == (-75, "fee")
    assert await served.available() == -75
