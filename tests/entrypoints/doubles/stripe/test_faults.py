"""Failures on demand, as stripe-python meets them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble
from solebook.entrypoints.doubles.stripe.journal import FileJournal

from .conftest import Served, connected

KEY: Any = {"idempotency_key": "order_7"}


async def customers(served: Served) -> int:
    return len((await served.client.v1.customers.list_async()).data)


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
async def test_call_without_an_answer_is_resolved_by_repeating_it(
    served: Served, when: str, effects: int
) -> None:
    await served.tell("faults", kind="timeout", when=when, path="/v1/customers", method="POST")
    async with connected(served.url, patience=0.3) as hasty:
        with pytest.raises(stripe.APIConnectionError):
            await hasty.v1.customers.create_async({}, KEY)
    assert await customers(served) == effects
    await served.client.v1.customers.create_async({}, KEY)
    assert await customers(served) == 1


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
async def test_connection_is_reset(served: Served, when: str, effects: int) -> None:
    await served.tell("faults", kind="reset", when=when, path="/v1/customers", method="POST")
    with pytest.raises(stripe.APIConnectionError):
        await served.client.v1.customers.create_async({}, KEY)
    assert await customers(served) == effects


async def test_client_that_repeats_a_lost_call_gets_its_answer(served: Served) -> None:
    await served.tell("faults", kind="reset", when="after", path="/v1/customers", method="POST")
    async with connected(served.url, retries=1) as patient:
        customer = await patient.v1.customers.create_async({})
    assert customer.last_response is not None
    assert customer.last_response.headers["idempotent-replayed"] == "true"
    assert await customers(served) == 1


async def test_error_of_the_server_before_the_effect_can_be_repeated(served: Served) -> None:
    await served.tell("faults", kind="server_error", path="/v1/customers", method="POST")
    async with connected(served.url, retries=1) as patient:
        await patient.v1.customers.create_async({}, KEY)
    assert await customers(served) == 1


async def test_error_of_the_server_after_the_effect_is_the_answer_for_good(
    served: Served,
) -> None:
    await served.tell(
        "faults", kind="server_error", when="after", path="/v1/customers", method="POST"
    )
    async with connected(served.url, retries=2) as patient:
        for _ in range(2):
            with pytest.raises(stripe.APIError) as failed:
                await patient.v1.customers.create_async({}, KEY)
            assert failed.value.http_status == 500
            assert failed.value.headers is not None
            assert failed.value.headers["stripe-should-retry"] == "false"
    assert await customers(served) == 1


async def test_rate_limit_is_not_repeated_and_a_lock_is(served: Served) -> None:
    async with connected(served.url, retries=1) as patient:
        await served.tell("faults", kind="rate_limit")
        with pytest.raises(stripe.RateLimitError):
            await patient.v1.customers.create_async({})
        await served.tell("faults", kind="lock_timeout")
        await patient.v1.customers.create_async({})
        await served.tell("faults", kind="conflict")
        await patient.v1.customers.create_async({})
    assert await customers(served) == 2


async def test_fault_is_for_the_calls_that_it_names(served: Served) -> None:
    await served.tell(
        "faults", kind="rate_limit", method="GET", path="/v1/customers/*", always=True
    )
    customer = await served.client.v1.customers.create_async()
    for _ in range(3):
        with pytest.raises(stripe.RateLimitError):
            await served.client.v1.customers.retrieve_async(customer.id)
    assert await customers(served) == 1
    await served.http.delete("/_double/faults")
    await served.client.v1.customers.retrieve_async(customer.id)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "rate_limit", "when": "after"},
        {"kind": "reset", "colour": "red"},
        {"kind": "reset", "times": 0},
    ],
    ids=str,
)
async def test_fault_that_makes_no_sense_is_refused(served: Served, body: Any) -> None:
    answer = await served.http.post("/_double/faults", json=body)
    assert answer.status_code == 400
    assert (await served.http.get("/_double/faults")).json() == {"faults": [], "held": 0}


@pytest.mark.parametrize("body", [b"{", b"[]", b"1"])
async def test_what_is_no_object_of_json_is_refused(served: Served, body: bytes) -> None:
    assert (await served.http.post("/_double/clock", content=body)).status_code == 400


async def test_held_call_is_carried_out_when_the_double_ends(tmp_path: Path) -> None:
    path = tmp_path / "stripe.jsonl"
    double = StripeDouble(FileJournal(path, "seed"))
    double.faults.add({"kind": "hold"})
    async with AsyncExitStack() as clients:
        async with running_double(double) as url:
            client = await clients.enter_async_context(connected(url))
            call = asyncio.create_task(client.v1.customers.create_async())
            async with asyncio.timeout(60):
                while double.faults.held == 0:  # noqa: ASYNC110  # a call that arrives is no event
                    await asyncio.sleep(0.01)
        customer = await call

    again = StripeDouble(FileJournal(path, "seed"))
    async with again.running():
        assert list(again.state.of("customer")) == [customer.id]


async def test_reset_forgets_everything(served: Served) -> None:
    await served.client.v1.customers.create_async()
    await served.advance(1_000)
    await served.tell("faults", kind="rate_limit")
    await served.tell("webhooks", withhold=True)
    await served.tell("reset")
    state = (await served.http.get("/_double/state")).json()
    assert (state["objects"], state["ahead"]) == ({}, 0)
    assert (await served.http.get("/_double/webhooks")).json()["withhold"] is False
    assert await customers(served) == 0


async def test_unknown_path_of_the_double_is_not_found(served: Served) -> None:
    for path in ("/_double/unicorns", "/_double/authenticate/pi_none", "/_double/receipts"):
        answer: httpx.Response = await served.http.get(path)
        assert answer.status_code == 404, path
