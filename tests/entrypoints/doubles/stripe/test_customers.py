"""Customers and their payment methods."""

from typing import Any

import pytest
import stripe

from .conftest import Served


async def test_customer_is_changed_and_found(client: stripe.StripeClient) -> None:
    address: Any = {"line1": "1 Main Street", "city": "Portland", "country": "US"}
    made = await client.v1.customers.create_async(
        {
            "email": "ann@example.com",
            "name": "Ann",
            "shipping": {"name": "Ann", "address": address},
            "metadata": {"user": "7", "kind": "buyer"},
        }
    )
    changed = await client.v1.customers.update_async(
        made.id, {"name": "", "metadata": {"kind": "", "level": "2"}}
    )
    assert changed.name is None
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"user": "7", "level": "2"}
    [event] = (await client.v1.events.list_async({"type": "customer.updated"})).data
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes["name"] == "Ann"
    found = await client.v1.customers.search_async({"query": "metadata['user']:'7'"})
    assert [each.id for each in found.data] == [made.id]
    emptied = await client.v1.customers.update_async(made.id, {"metadata": ""})
    assert emptied.metadata is not None
    assert emptied.metadata.to_dict() == {}


async def test_search_that_the_double_does_not_understand_is_refused(
    client: stripe.StripeClient,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.customers.search_async({"query": "name~'Ann' OR email:'x'"})
    assert refused.value.param == "query"


async def test_search_has_pages(client: stripe.StripeClient) -> None:
    for _ in range(3):
        await client.v1.customers.create_async({"metadata": {"kind": "buyer"}})
    query: Any = {"query": "metadata['kind']:'buyer'", "limit": 2}
    first = await client.v1.customers.search_async(query)
    assert (len(first.data), first.has_more) == (2, True)
    rest = await client.v1.customers.search_async(query | {"page": str(first.next_page)})
    assert (len(rest.data), rest.has_more) == (1, False)


async def test_deleted_customer_is_gone_with_its_cards(
    served: Served, client: stripe.StripeClient
) -> None:
    params: Any = await served.buyer()
    await client.v1.customers.delete_async(params["customer"])
    gone = await client.v1.customers.retrieve_async(params["customer"])
    assert gone.to_dict() == {"id": params["customer"], "object": "customer", "deleted": True}
    method = await client.v1.payment_methods.retrieve_async(params["payment_method"])
    assert method.customer is None
    assert (await client.v1.customers.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.customers.update_async(params["customer"], {"name": "Ann"})
    assert refused.value.http_status == 404
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.create_async(params)
    assert (refused.value.http_status, refused.value.param) == (400, "customer")


async def test_default_card_is_one_of_the_customer_until_it_is_detached(
    served: Served, client: stripe.StripeClient
) -> None:
    buyer: Any = await served.buyer()
    other: Any = await served.buyer()
    wrong: Any = {"invoice_settings": {"default_payment_method": other["payment_method"]}}
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.update_async(buyer["customer"], wrong)
    changed = await client.v1.customers.update_async(
        buyer["customer"],
        {
            "invoice_settings": {"default_payment_method": buyer["payment_method"]},
            "expand": ["invoice_settings.default_payment_method"],
        },
    )
    assert changed.invoice_settings is not None
    default = changed.invoice_settings.default_payment_method
    assert isinstance(default, stripe.PaymentMethod)
    assert default.id == buyer["payment_method"]

    await client.v1.payment_methods.detach_async(default.id)
    after = await client.v1.customers.retrieve_async(buyer["customer"])
    assert after.invoice_settings is not None
    assert after.invoice_settings.default_payment_method is None
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        await client.v1.payment_methods.detach_async(default.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        await client.v1.payment_methods.attach_async(default.id, {"customer": buyer["customer"]})


async def test_card_of_one_customer_cannot_be_used_by_another(
    served: Served, client: stripe.StripeClient
) -> None:
    buyer: Any = await served.buyer()
    other: Any = await served.buyer()
    stolen: Any = {**buyer, "payment_method": other["payment_method"]}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.create_async(stolen)
    assert refused.value.param == "payment_method"
    del stolen["customer"]
    with pytest.raises(stripe.InvalidRequestError, match="supply its Customer"):
        await client.v1.payment_intents.create_async(stolen)
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        await client.v1.payment_methods.attach_async(
            buyer["payment_method"], {"customer": other["customer"]}
        )


async def test_card_that_no_customer_has_is_used_once(client: stripe.StripeClient) -> None:
    method = await client.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa"}}
    )
    params: Any = {
        "amount": 5_000,
        "currency": "usd",
        "payment_method": method.id,
        "confirm": True,
        "return_url": "http://shop.test/",
    }
    await client.v1.payment_intents.create_async(params)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        await client.v1.payment_intents.create_async(params)


async def test_card_is_made_from_a_token_and_changed(client: stripe.StripeClient) -> None:
    method = await client.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_mastercard"}, "billing_details": {"name": "Ann"}}
    )
    assert method.card is not None
    assert (method.card.brand, method.card.last4) == ("mastercard", "4444")
    assert method.billing_details.name == "Ann"
    changed = await client.v1.payment_methods.update_async(
        method.id, {"card": {"exp_year": 2040}, "allow_redisplay": "always"}
    )
    assert changed.card is not None
    assert (changed.card.exp_year, changed.allow_redisplay) == (2040, "always")
    assert (await client.v1.payment_methods.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_methods.create_async({"type": "card", "card": {"token": "tok_x"}})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "card[token]")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_methods.create_async({"type": "card"})
    assert (refused.value.code, refused.value.param) == ("parameter_missing", "card[token]")


async def test_cards_of_a_customer_are_listed(served: Served, client: stripe.StripeClient) -> None:
    buyer: Any = await served.buyer()
    await served.buyer()
    listed = await client.v1.payment_methods.list_async(
        {"customer": buyer["customer"], "type": "card"}
    )
    assert [each.id for each in listed.data] == [buyer["payment_method"]]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ],
)
async def test_setup_of_a_declined_card_fails(
    client: stripe.StripeClient, card: str, code: str, decline_code: str | None
) -> None:
    customer = await client.v1.customers.create_async()
    with pytest.raises(stripe.CardError) as refused:
        await client.v1.setup_intents.create_async(
            {
                "customer": customer.id,
                "payment_method": card,
                "confirm": True,
                "return_url": "http://shop.test/stored",
            }
        )
    error: Any = refused.value.error
    assert (error.code, error.to_dict().get("decline_code")) == (code, decline_code)
    after = await client.v1.setup_intents.retrieve_async(error.setup_intent["id"])
    assert after.last_setup_error is not None
    assert (after.status, after.last_setup_error.code) == ("requires_payment_method", code)


async def test_setup_is_changed_cancelled_and_listed(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async()
    setup = await client.v1.setup_intents.create_async({"usage": "on_session"})
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        await client.v1.setup_intents.confirm_async(setup.id)
    await client.v1.setup_intents.update_async(
        setup.id, {"customer": customer.id, "description": "Ann's card", "metadata": {"a": "b"}}
    )
    listed = await client.v1.setup_intents.list_async({"customer": customer.id})
    assert [each.description for each in listed.data] == ["Ann's card"]
    cancelled = await client.v1.setup_intents.cancel_async(
        setup.id, {"cancellation_reason": "abandoned"}
    )
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.setup_intents.confirm_async(setup.id)
    assert refused.value.code == "setup_intent_unexpected_state"


@pytest.mark.parametrize("kind", ["payment_intents", "setup_intents"])
async def test_client_secret_must_match(client: stripe.StripeClient, kind: str) -> None:
    calls: Any = getattr(client.v1, kind)
    params = {"amount": 5_000, "currency": "usd"} if kind == "payment_intents" else {}
    intent = await calls.create_async(params)
    await calls.retrieve_async(intent.id, {"client_secret": intent.client_secret})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await calls.retrieve_async(intent.id, {"client_secret": "guessed"})
    assert refused.value.param == "client_secret"
