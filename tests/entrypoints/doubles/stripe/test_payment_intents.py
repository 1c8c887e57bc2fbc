"""Payment intents: paid, declined, authenticated, captured and cancelled."""

from typing import Any

import pytest
import stripe

from .conftest import DAY, Served


async def test_stored_card_is_charged_while_the_buyer_is_away(served: Served) -> None:
    intent = await served.paid(
        transfer_group="order_7",
        statement_descriptor_suffix="DUNK",
        metadata={"order": "7"},
        expand=["latest_charge.balance_transaction"],
    )

    assert (intent.status, intent.amount_received) == ("succeeded", 20_000)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.receipt_url is not None
    assert charge.transfer_group == "order_7"
    assert charge.calculated_statement_descriptor == "SOLEBOOK* DUNK"
    assert charge.metadata["order"] == "7"
    transaction = charge.balance_transaction
    assert isinstance(transaction, stripe.BalanceTransaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (20_000, 610, 19_390)
    assert (await served.http.get(charge.receipt_url)).status_code == 200


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
        ("pm_card_threeDSecure2Required", "authentication_required", "authentication_required"),
    ],
)
async def test_declined_card_leaves_an_intent_that_can_be_paid_with_another(
    served: Served, client: stripe.StripeClient, card: str, code: str, decline_code: str
) -> None:
    params: Any = await served.buyer(card)
    with pytest.raises(stripe.CardError) as refused:
        await client.v1.payment_intents.create_async(params)

    error: Any = refused.value.error
    assert (refused.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    intent = await client.v1.payment_intents.retrieve_async(
        error.payment_intent["id"], {"expand": ["latest_charge"]}
    )
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == code
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)

    paid = await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "off_session": True}
    )
    assert paid.status == "succeeded"


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_visa_chargeDeclined", "generic_decline"),
    ],
)
async def test_card_without_funds_cannot_be_attached(
    client: stripe.StripeClient, card: str, code: str
) -> None:
    customer = await client.v1.customers.create_async()
    with pytest.raises(stripe.CardError) as refused:
        await client.v1.payment_methods.attach_async(card, {"customer": customer.id})
    error: Any = refused.value.error
    assert error.decline_code == code


@pytest.mark.parametrize(("act", "status"), [("passes", "succeeded"), ("fails", None)])
async def test_buyer_authenticates_on_a_page(
    served: Served, client: stripe.StripeClient, act: str, status: str | None
) -> None:
    customer = await client.v1.customers.create_async()
    intent = await client.v1.payment_intents.create_async(
        {
            "amount": 5_000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": "pm_card_threeDSecure2Required",
            "confirm": True,
            "return_url": "http://shop.test/paid?order=7",
        }
    )
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    link = str(intent.next_action.redirect_to_url.url)
    page = await served.http.get(link)
    path = f"/_double/authenticate/{intent.id}/{act}"
    assert f'formaction="{path}"' in page.text

    back = await served.http.post(path)

    assert back.status_code == 303
    assert back.headers["location"].startswith(
        f"http://shop.test/paid?order=7&payment_intent={intent.id}"
    )
    after = await client.v1.payment_intents.retrieve_async(intent.id)
    assert after.status == (status or "requires_payment_method")
    if status is None:
        assert after.last_payment_error is not None
        assert after.last_payment_error.code == "payment_intent_authentication_failure"


async def test_authorised_payment_is_captured_in_part_and_the_rest_released(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid(capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 20_000)
    assert await served.pending() == 0

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 20_001})
    assert refused.value.code == "amount_too_large"
    taken = await client.v1.payment_intents.capture_async(
        intent.id, {"amount_to_capture": 15_000, "expand": ["latest_charge"]}
    )

    assert (taken.status, taken.amount_received) == ("succeeded", 15_000)
    charge = taken.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.amount_captured, charge.amount_refunded) == (15_000, 5_000)
    assert await served.pending() == 15_000 - 465


async def test_authorised_payment_that_nobody_captures_is_cancelled_after_a_week(
    served: Served, client: stripe.StripeClient
) -> None:
    intent = await served.paid(capture_method="manual")
    await served.advance(7 * DAY)
    after = await client.v1.payment_intents.retrieve_async(intent.id)
    assert (after.status, after.cancellation_reason) == ("canceled", "automatic")
    assert await served.available() == 0


async def test_paid_intent_cannot_be_cancelled(served: Served, client: stripe.StripeClient) -> None:
    intent = await served.paid()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.cancel_async(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    error: Any = refused.value.error
    assert error.payment_intent["status"] == "succeeded"


async def test_cancelled_intent_cannot_be_confirmed(
    served: Served, client: stripe.StripeClient
) -> None:
    params: Any = await served.buyer()
    params |= {"confirm": False}
    del params["off_session"]
    intent = await client.v1.payment_intents.create_async(params)
    assert intent.status == "requires_confirmation"
    cancelled = await client.v1.payment_intents.cancel_async(
        intent.id, {"cancellation_reason": "requested_by_customer"}
    )
    assert cancelled.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.confirm_async(intent.id, {"off_session": True})
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_intents_are_found_by_metadata(served: Served, client: stripe.StripeClient) -> None:
    wanted = await served.paid(metadata={"order": "7"})
    await served.paid(metadata={"order": "8"})
    found = await client.v1.payment_intents.search_async({"query": "metadata['order']:'7'"})
    assert [each.id for each in found.data] == [wanted.id]


@pytest.mark.parametrize(
    ("amount", "currency", "net"),
    [(20_000, "jpy", 20_000 - 610), (20_000, "kwd", 20_000 - 670)],
)
async def test_currencies_without_cents_or_with_three_decimals_are_charged(
    served: Served, amount: int, currency: str, net: int
) -> None:
    await served.paid(amount=amount, currency=currency)
    assert await served.pending(currency) == net


async def test_card_that_was_set_up_needs_no_authentication_later(
    served: Served, client: stripe.StripeClient
) -> None:
    customer = await client.v1.customers.create_async()
    setup = await client.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
            "return_url": "http://shop.test/stored",
        }
    )
    assert setup.status == "requires_action"
    await served.tell(f"authenticate/{setup.id}", passes=True)
    stored = await client.v1.setup_intents.retrieve_async(setup.id)
    assert stored.status == "succeeded"
    method = str(stored.payment_method)
    methods = await client.v1.customers.payment_methods.list_async(customer.id)
    assert [each.id for each in methods.data] == [method]

    intent = await client.v1.payment_intents.create_async(
        {
            "amount": 5_000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method,
            "off_session": True,
            "confirm": True,
        }
    )
    assert intent.status == "succeeded"


async def test_setup_that_the_buyer_does_not_authenticate_stores_no_card(
    served: Served, client: stripe.StripeClient
) -> None:
    customer = await client.v1.customers.create_async()
    setup = await client.v1.setup_intents.create_async({"customer": customer.id})
    assert setup.client_secret is not None
    assert setup.client_secret.startswith(f"{setup.id}_secret_")
    await client.v1.setup_intents.confirm_async(
        setup.id,
        {
            "payment_method": "pm_card_threeDSecure2Required",
            "return_url": "http://shop.test/stored",
        },
    )
    await served.tell(f"authenticate/{setup.id}", passes=False)
    after = await client.v1.setup_intents.retrieve_async(setup.id)
    assert after.status == "requires_payment_method"
    methods = await client.v1.customers.payment_methods.list_async(customer.id)
    assert methods.data == []
