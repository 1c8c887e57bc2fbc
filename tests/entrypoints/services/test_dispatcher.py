"""What a call does, and what it refuses, whatever the transport."""

import asyncio
import logging
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from solebook.entrypoints.services.dispatcher import Call, Dispatcher
from solebook.entrypoints.services.rpc import Context
from solebook.entrypoints.services.table import BY_NAME
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.tracing import recording
from solebook.ports.language.users import Actor, Role

from ...exchange import Exchange
from ..http.whole_trade import Recorder, names_of
from .conftest import Services
from .requests import EXAMPLES

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

_OTHER = {"amount": 20_100, "city": "Elsewhere"}


async def test_a_repeated_key_has_one_effect_and_one_answer(services: Services) -> None:
    for name in ("BiddingService.PlaceBid", "UserService.AddAddress"):
        rpc = BY_NAME[name]
        example = await services.example(rpc)
        first = await services.allowed(rpc, example, key=name)
        again = await services.allowed(rpc, example, key=name)
        assert first == again
        assert first.status == 200, first.body
        changed = {name: value for name, value in _OTHER.items() if name in example.request}
        other = example._replace(request=example.request | changed)
        refused = await services.allowed(rpc, other, key=name)
        assert refused.body["type"] == "/problems/idempotency-key-reused"
    token, buyer = await services.token(), str(services.exchange.buyer.user_id)
    listed = BY_NAME["UserService.GetAddresses"]
    addresses = await services.call(listed, {}, token=token, acting_for=buyer)
    assert len(addresses.body["items"]) == 2


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("UserService.GetProfile", "key-1"),
        ("UserService.AddAddress", ""),
        ("UserService.AddAddress", "x" * 201),
    ],
)
async def test_a_key_that_the_call_does_not_take_is_refused(
    services: Services, name: str, key: str
) -> None:
    rpc = BY_NAME[name]
    told = await services.allowed(rpc, await services.example(rpc), key=key)
    assert told.status == 400
    assert told.body["errors"][0]["field"] == "idempotency-key"


async def test_a_service_acts_for_a_user_that_exists_and_a_user_for_nobody_else(
    services: Services,
) -> None:
    rpc, token = BY_NAME["UserService.GetProfile"], await services.token()
    buyer, seller = services.exchange.buyer, services.exchange.seller
    told = await services.call(rpc, {}, token=token, acting_for=str(seller.user_id))
    assert told.body["id"] == str(seller.user_id)
    told = await services.call(rpc, {}, token=token, acting_for=str(uuid4()))
    assert (told.status, told.body["what"]) == (404, "user")
    told = await services.call(rpc, {}, token=token, acting_for="the seller")
    assert (told.status, told.body["errors"][0]["field"]) == (400, "acting-for")
    own = await services.signed_in(buyer)
    told = await services.call(rpc, {}, token=own, acting_for=str(seller.user_id))
    assert (told.status, told.body["type"]) == (403, "/problems/forbidden")


async def test_a_signed_in_user_is_limited_as_over_http_and_passwords_by_their_email(
    services: Services,
) -> None:
    rpc, token = (
        BY_NAME["UserService.GetProfile"],
        await services.signed_in(services.exchange.buyer),
    )
    limited = [(await services.call(rpc, {}, token=token)).status for _ in range(201)]
    assert limited == [200] * 200 + [429]
    rpc, token = BY_NAME["UserService.Login"], await services.token()
    wrong = {"email": "somebody@example.com", "password": "a guess"}
    statuses = [(await services.call(rpc, wrong, token=token)).status for _ in range(11)]
    assert statuses == [401] * 10 + [429]


async def test_a_bug_is_logged_and_its_text_not_sent(
    exchange: Exchange, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(_: Context, request: Any) -> Any:
        raise RuntimeError("a secret")

    rpc = replace(BY_NAME["SearchService.Search"], run=run)
    with caplog.at_level(logging.CRITICAL):
        answer = await Dispatcher(exchange.app)(rpc, b"{}", Call(token=await services.token()))
    assert answer.status == 500
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"[" * 100_000, b"[]", b"null", b'"text"', b'{"limit": 1, "limit": 2}']
)
async def test_a_body_that_is_no_request_is_refused(services: Services, body: bytes) -> None:
    told = await services.call(BY_NAME["SearchService.Search"], body, token=await services.token())
    assert (told.status, told.body["type"]) == (400, "/problems/malformed-request")


@pytest.mark.parametrize("request_", [{"sort": "x" * 300_000}, {"x" * 300_000: 1}])
async def test_a_problem_does_not_send_a_long_word_back(
    services: Services, request_: dict[str, Any]
) -> None:
    """It would not fit into the trailers of gRPC, nor three times into a message of NATS."""
    told = await services.call(
        BY_NAME["SearchService.Search"], request_, token=await services.token()
    )
    assert (told.status, told.body["type"]) == (400, "/problems/malformed-request")
    assert len(str(told.body)) < 1_000


async def test_a_move_takes_its_own_data_and_no_other(services: Services) -> None:
    rpc = BY_NAME["OrderService.UpdateOrderStatus"]
    example = await services.example(rpc)
    for wrong in (
        {"carrier": None},
        {"reason": "none"},
        {"move": "receive"},
        {"move": "complain", "reason": "torn"},
    ):
        told = await services.allowed(rpc, example._replace(request={**example.request, **wrong}))
        assert (told.status, told.body["type"]) == (422, "/problems/invalid-text"), wrong
    told = await services.allowed(
        rpc, example._replace(request={**example.request, "move": "confirmed"})
    )
    assert told.status == 400  # a state is no move


async def test_every_move_is_one_of_a_use_case(services: Services) -> None:
    exchange, rpc = services.exchange, BY_NAME["OrderService.UpdateOrderStatus"]
    order_id = (await exchange.trade()).id
    parcel = {"carrier": "UPS", "tracking_number": "1Z999"}
    complaint = {"complaint": "not_as_described", "reason": "one shoe is a size 9"}
    buyer, seller, expert = exchange.buyer, exchange.seller, exchange.authenticator
    moves: tuple[tuple[str, Actor, dict[str, str], str], ...] = (
        ("extend_shipment", seller, {}, "confirmed"),
        ("ship", seller, parcel, "seller_shipping"),
        ("receive", expert, {}, "authenticating"),
        ("pass", expert, {}, "auth_passed"),
        ("dispatch", expert, parcel, "shipping_to_buyer"),
        ("confirm_delivery", buyer, {}, "delivered"),
        ("complain", buyer, complaint, "delivered"),
    )
    for move, actor, data, status in moves:
        if move == "pass":
            await exchange.pass_(order_id)
            continue
        token = await services.signed_in(actor)
        request = {"order_id": str(order_id), "move": move, **data}
        told = await services.call(rpc, request, token=token)
        assert (told.status, told.body.get("status")) == (200, status), told.body
        again = await services.call(rpc, request, token=token)
        assert again.body["type"] == "/problems/illegal-move"
        await exchange.workers.settle()


@pytest.mark.parametrize(
    "name",
    [
        "ProductService.ReserveStock",
        "ProductService.ReleaseStock",
        "OrderService.CreateOrder",
        "PaymentService.ProcessPayment",
        "PaymentService.CreatePayout",
        "PaymentService.RefundPayment",
        "PaymentService.HandleWebhook",
        "AuthenticationService.CreateAuthTask",
    ],
)
async def test_a_service_that_calls_again_gets_the_same_and_changes_nothing(
    services: Services, name: str
) -> None:
    rpc = BY_NAME[name]
    example = await EXAMPLES[name](services.exchange)
    first = await services.allowed(rpc, example)
    assert first.status == 200, first.body
    assert await services.allowed(rpc, example) == first
    await services.exchange.workers.settle()
    assert (await services.allowed(rpc, example)).status == 200
    # the fixture checks that money, stock and books agree


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ProductService.ReleaseStock", OrderStatus.CONFIRMED),
        ("PaymentService.ProcessPayment", OrderStatus.PENDING),
        ("PaymentService.CreatePayout", OrderStatus.CONFIRMED),
        ("PaymentService.CreatePayout", OrderStatus.DELIVERED),
        ("PaymentService.RefundPayment", OrderStatus.DELIVERED),
        ("AuthenticationService.CreateAuthTask", OrderStatus.PENDING),
    ],
)
async def test_a_service_can_do_nothing_before_the_saga_would(
    services: Services, name: str, status: OrderStatus
) -> None:
    order = await services.exchange.trade(status)
    told = await services.call(
        BY_NAME[name], {"order_id": str(order.id)}, token=await services.token()
    )
    assert (told.status, told.body["type"]) == (409, "/problems/illegal-move"), told.body
    assert told.body["current_status"] == status


async def test_a_verdict_claims_a_received_pair_first(services: Services) -> None:
    rpc = BY_NAME["AuthenticationService.CompleteAuth"]
    example = await services.example(rpc)
    told = await services.allowed(rpc, example)
    assert (told.body["status"], told.body["verdict"]["passed"]) == ("passed", True)
    assert told == await services.allowed(rpc, example)
    other = await services.exchange.person(Role.AUTHENTICATOR)
    refused = await services.allowed(rpc, example._replace(actor=other))
    assert refused.status in (403, 409)


async def test_calls_beyond_a_thousand_at_once_are_refused(
    exchange: Exchange, services: Services
) -> None:
    may_end = asyncio.Event()

    async def run(_: Context, request: Any) -> Any:
        await may_end.wait()
        return {}

    rpc = replace(BY_NAME["SearchService.Search"], run=run)
    dispatcher, call = Dispatcher(exchange.app), Call(token=await services.token())
    waiting = [asyncio.create_task(dispatcher(rpc, b"{}", call)) for _ in range(1_000)]
    await asyncio.sleep(0)
    refused = await dispatcher(rpc, b"{}", call)
    assert (refused.status, refused.is_problem) == (503, True)
    assert b"/problems/queue-full" in refused.body
    may_end.set()
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
    assert (await dispatcher(rpc, b"{}", call)).status == 200


async def test_a_program_may_name_the_trace_and_a_user_may_not(services: Services) -> None:
    rpc, recorder = BY_NAME["BiddingService.PlaceBid"], Recorder(sample=0.0)
    example = await services.example(rpc)
    assert example.actor is not None
    user = await services.signed_in(example.actor)
    with recording(recorder.tracer):
        await services.call(rpc, example.request, token=user, traceparent=GIVEN)
        await services.call(rpc, example.request, token="nonsense", traceparent=GIVEN)
        assert recorder.spans == []
        await services.allowed(rpc, example, traceparent=GIVEN)
        await services.allowed(rpc, example, traceparent="nonsense")
    [trace] = recorder.traces
    assert trace == int(GIVEN[3:35], 16)
    assert names_of(recorder.spans) >= {rpc.name, "engine", "engine batch"}
    assert example.actor.user_id.hex not in " ".join(span.to_json() for span in recorder.spans)
