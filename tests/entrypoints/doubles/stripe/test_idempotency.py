"""Idempotency keys."""

import asyncio
from typing import Any

import pytest
import stripe

from .conftest import DAY, Served

KEY: Any = {"idempotency_key": "order_7"}
OTHER: Any = {"idempotency_key": "order_8"}


async def test_same_call_with_the_same_key_is_answered_again_without_a_second_effect(
    served: Served, client: stripe.StripeClient
) -> None:
    params: Any = await served.buyer()
    first = await client.v1.payment_intents.create_async(params, KEY)
    again = await client.v1.payment_intents.create_async(params, KEY)
    other = await client.v1.payment_intents.create_async(params, OTHER)

    assert first.to_dict() == again.to_dict()
    assert other.id != first.id
    assert len((await client.v1.charges.list_async()).data) == 2
    assert first.last_response is not None
    assert again.last_response is not None
    assert "idempotent-replayed" not in first.last_response.headers
    headers = again.last_response.headers
    assert headers["idempotent-replayed"] == "true"
    assert headers["original-request"] == first.last_response.request_id
    assert headers["request-id"] != first.last_response.request_id


async def test_decline_is_answered_again_too(served: Served, client: stripe.StripeClient) -> None:
    params: Any = await served.buyer("pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await client.v1.payment_intents.create_async(params, KEY)
    assert len((await client.v1.charges.list_async()).data) == 1


async def test_call_that_never_began_leaves_its_key_free(client: stripe.StripeClient) -> None:
    wrong: Any = {"colour": "red"}
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.create_async(wrong, KEY)
    await client.v1.customers.create_async({"email": "a@example.com"}, KEY)


async def test_key_of_another_call_is_refused(client: stripe.StripeClient) -> None:
    await client.v1.customers.create_async({"email": "a@example.com"}, KEY)
    with pytest.raises(stripe.IdempotencyError) as refused:
        await client.v1.customers.create_async({"email": "b@example.com"}, KEY)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        await client.v1.setup_intents.create_async({}, KEY)


async def test_key_of_a_call_under_way_is_refused(
    served: Served, client: stripe.StripeClient
) -> None:
    await served.tell("faults", kind="hold", path="/v1/customers")
    call = asyncio.create_task(client.v1.customers.create_async({}, KEY))
    await served.held()
    with pytest.raises(stripe.StripeError) as refused:
        await client.v1.customers.create_async({}, KEY)
    error: Any = refused.value.error
    assert (refused.value.http_status, error.code) == (409, "idempotency_key_in_use")

    await served.tell("release")
    first = await call
    again = await client.v1.customers.create_async({}, KEY)
    assert again.id == first.id


async def test_key_is_free_again_after_a_day(served: Served, client: stripe.StripeClient) -> None:
    first = await client.v1.customers.create_async({}, KEY)
    await served.advance(DAY - 1)
    assert (await client.v1.customers.create_async({}, KEY)).id == first.id
    await served.advance(1)
    assert (await client.v1.customers.create_async({}, KEY)).id != first.id


async def test_platform_and_account_have_keys_of_their_own(
    served: Served, client: stripe.StripeClient
) -> None:
    seller = await served.seller()
    for_seller: Any = {**KEY, "stripe_account": seller}
    await client.v1.customers.create_async({"email": "a@example.com"}, KEY)
    await client.v1.customers.create_async({"email": "b@example.com"}, for_seller)
