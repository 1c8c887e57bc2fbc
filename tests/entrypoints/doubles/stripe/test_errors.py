"""What the double refuses, and how it says so."""

from typing import Any

import httpx
import pytest
import stripe

from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble

from .conftest import Served, connected

INTENT: Any = {"amount": 5_000, "currency": "usd"}


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({**INTENT, "colour": "red"}, "parameter_unknown", "colour"),
        (
            {**INTENT, "automatic_payment_methods": {"enabled": True, "x": 1}},
            "parameter_unknown",
            "automatic_payment_methods[x]",
        ),
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": 5_000}, "parameter_missing", "currency"),
        ({**INTENT, "amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({**INTENT, "amount": 0}, "parameter_invalid_integer", "amount"),
        ({**INTENT, "amount": 49}, "amount_too_small", "amount"),
        ({**INTENT, "amount": 100_000_000}, "amount_too_large", "amount"),
        ({**INTENT, "currency": "xyz"}, None, "currency"),
        ({"amount": 5_001, "currency": "kwd"}, None, "amount"),
        ({**INTENT, "confirm": "perhaps"}, None, "confirm"),
        ({**INTENT, "capture_method": "later"}, None, "capture_method"),
        ({**INTENT, "customer": ""}, "parameter_invalid_empty", "customer"),
        ({**INTENT, "customer": "cus_none"}, "resource_missing", "customer"),
        ({**INTENT, "payment_method": "pm_none"}, "resource_missing", "payment_method"),
        ({**INTENT, "off_session": True}, None, "off_session"),
        ({**INTENT, "metadata": {"name": "x" * 501}}, None, "metadata[name]"),
    ],
)
async def test_wrong_parameter_is_named(
    client: stripe.StripeClient, params: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.create_async(params)
    error = refused.value
    assert (error.http_status, error.code, error.param) == (400, code, param)
    assert (await client.v1.payment_intents.list_async()).data == []


async def test_unknown_id_in_the_path_is_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.retrieve_async("pi_none")
    error = refused.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "intent")
    assert "No such payment_intent: 'pi_none'" in str(error)


async def test_unknown_path_is_not_found(served: Served) -> None:
    answer = await served.http.get(
        "/v1/unicorns", headers={"Authorization": "Bearer sk_test_solebook"}
    )
    assert answer.status_code == 404
    assert "Unrecognized request URL (GET: /v1/unicorns)" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer sk_live_x"}, {"Authorization": "Basic %%%"}],
    ids=["none", "live", "broken"],
)
async def test_request_without_a_key_of_test_mode_is_unauthorized(
    served: Served, headers: dict[str, str]
) -> None:
    answer = await served.http.get("/v1/balance", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["request-id"].startswith("req_")


async def test_another_key_than_the_only_one_is_unauthorized() -> None:
    async with running_double(StripeDouble(), key="sk_test_only") as url:
        async with connected(url, key="sk_test_only") as client:
            await client.v1.balance.retrieve_async()
        async with connected(url) as client:
            with pytest.raises(stripe.AuthenticationError):
                await client.v1.balance.retrieve_async()


async def test_another_version_of_the_api_is_refused(served: Served) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        await served.client.v1.balance.retrieve_async(options={"stripe_version": "2019-01-01"})


async def test_body_that_is_too_large_or_too_deep_is_refused(served: Served) -> None:
    headers = {"Authorization": "Bearer sk_test_solebook"}

    async def post(content: bytes) -> httpx.Response:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await served.http.post("/v1/customers", content=content, headers=headers | form)

    assert (await post(b"name=" + b"x" * 300_000)).status_code == 413
    assert (await post(b"metadata[a][b][c][d][e][f]=1")).status_code == 400
    assert (await post(b"&".join(b"a%d=1" % each for each in range(600)))).status_code == 400
    assert (await post(b"name=a&name=b")).status_code == 400
    assert (await post(b"name[=b")).status_code == 400
    assert (await post(b"")).status_code == 200


async def test_property_that_is_no_id_cannot_be_expanded(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await client.v1.customers.retrieve_async(customer.id, {"expand": ["name"]})


async def test_call_with_a_wrong_expansion_has_no_effect(client: stripe.StripeClient) -> None:
    for path in ("colour", "latest_charge.customer.default_source.x.y"):
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.customers.create_async({"expand": [path]})
    assert (await client.v1.customers.list_async()).data == []


async def test_refused_change_changes_nothing(client: stripe.StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async(INTENT)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_intents.update_async(
            intent.id, {"amount": 9_000, "payment_method": "pm_none"}
        )
    after = await client.v1.payment_intents.retrieve_async(intent.id)
    assert after.amount == 5_000


async def test_lists_have_pages(client: stripe.StripeClient) -> None:
    made = [
        (await client.v1.customers.create_async({"email": f"{number}@example.com"})).id
        for number in range(5)
    ]
    first = await client.v1.customers.list_async({"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == ([made[4], made[3]], True)
    last = await client.v1.customers.list_async({"limit": 3, "starting_after": made[3]})
    assert ([each.id for each in last.data], last.has_more) == ([made[2], made[1], made[0]], False)
    back = await client.v1.customers.list_async({"limit": 2, "ending_before": made[1]})
    assert [each.id for each in back.data] == [made[3], made[2]]
    assert [each.id async for each in first.auto_paging_iter()] == made[::-1]
    one = await client.v1.customers.list_async({"email": "3@example.com"})
    assert [each.id for each in one.data] == [made[3]]
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.list_async({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.list_async({"starting_after": "cus_none"})
