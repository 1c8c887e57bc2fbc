"""Every call of the table: allowed, not allowed, with a wrong request, and past its time."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from solebook.config.services import ServicesSettings
from solebook.entrypoints.services.dispatcher import Answer, Call, Dispatcher
from solebook.entrypoints.services.over_grpc import serving_over_grpc
from solebook.entrypoints.services.protobuf import filled, message_types
from solebook.entrypoints.services.rpc import Context, Rpc, Who
from solebook.entrypoints.services.table import BY_NAME, SCOPES, TABLE
from solebook.ports.language.users import Actor, Role

from ...exchange import Exchange
from .conftest import Services
from .raw_grpc import RawCall
from .requests import EXAMPLES
from .ways import Direct, Opened

DEADLINE_EXCEEDED = b"grpc-status\x014"
"""How a server of gRPC says it, in its last frame."""
every = pytest.mark.parametrize("rpc", TABLE, ids=lambda rpc: rpc.name)


def test_no_call_is_forgotten_here_or_twice_in_the_table() -> None:
    assert set(EXAMPLES) == set(BY_NAME)
    assert len(BY_NAME) == len(TABLE) == 38
    assert len(SCOPES) == 38 + 9


@every
async def test_an_allowed_call_is_answered(services: Services, rpc: Rpc) -> None:
    told = await services.allowed(rpc, await services.example(rpc))

    assert told.status == 200, told.body
    msgspec.convert(told.body, rpc.response)


@every
async def test_a_call_without_a_good_token_is_refused(services: Services, rpc: Rpc) -> None:
    example = await services.example(rpc)

    for token in (None, "", "sole_of-nobody", "nonsense"):
        told = await services.call(rpc, example.request, token=token)
        assert (told.status, told.body["type"]) == (401, "/problems/invalid-token")


@every
async def test_a_token_without_the_scope_is_refused(services: Services, rpc: Rpc) -> None:
    example = await services.example(rpc)
    token = await services.token(*(SCOPES - {rpc.name, rpc.service}))
    acting_for = None if example.actor is None else str(example.actor.user_id)

    told = await services.call(rpc, example.request, token=token, acting_for=acting_for)

    assert (told.status, told.body["type"]) == (403, "/problems/forbidden")
    assert told.body["action"] == f"call {rpc.name}"


@every
async def test_another_kind_of_caller_is_refused(services: Services, rpc: Rpc) -> None:
    example = await services.example(rpc)
    stranger = await services.exchange.person()
    if rpc.who is Who.SERVICE:
        token = await services.signed_in(Actor(stranger.user_id, frozenset(Role)))
        told = await services.call(rpc, example.request, token=token)
    elif rpc.who is Who.USER:
        told = await services.call(rpc, example.request, token=await services.token())
    else:
        told = await services.call(rpc, example.request, token=await services.token())
        assert told.status == 200, told.body
        return
    assert (told.status, told.body["type"]) == (403, "/problems/forbidden")
    assert told.body["needs"] == rpc.who.value


@pytest.mark.parametrize("rpc", [rpc for rpc in TABLE if rpc.roles], ids=lambda rpc: rpc.name)
async def test_a_user_without_the_role_is_refused(services: Services, rpc: Rpc) -> None:
    example = await services.example(rpc)
    stranger = await services.exchange.person()
    others = frozenset(set(Role) - rpc.roles)
    token = await services.signed_in(Actor(stranger.user_id, others))

    told = await services.call(rpc, example.request, token=token)

    assert (told.status, told.body["type"]) == (403, "/problems/forbidden")


@pytest.mark.parametrize(
    "rpc", [rpc for rpc in TABLE if rpc.who is not Who.SERVICE], ids=lambda rpc: rpc.name
)
async def test_a_users_own_token_is_accepted(services: Services, rpc: Rpc) -> None:
    example = await services.example(rpc)
    assert example.actor is not None
    token = await services.signed_in(example.actor)

    told = await services.call(rpc, example.request, token=token)

    assert told.status == 200, told.body


@every
async def test_a_wrong_request_is_refused_by_its_field(services: Services, rpc: Rpc) -> None:
    example = await services.example(rpc)
    fields = {field.name: field for field in msgspec.structs.fields(rpc.request)}
    name, field = next(iter(fields.items()), ("unknown", None))
    wrong = example._replace(request={**example.request, name: {"no": ["such", "value"]}})

    told = await services.allowed(rpc, wrong)

    assert (told.status, told.body["type"]) == (400, "/problems/malformed-request"), field
    assert told.body["errors"][0]["in"] == "body"


@every
@pytest.mark.parametrize("opened", ["direct", "nats"], indirect=True)  # gRPC sends none itself
async def test_a_call_whose_time_is_over_does_nothing(
    opened: Opened, exchange: Exchange, rpc: Rpc
) -> None:
    begun = asyncio.Event()

    async def run(_: Context, request: Any) -> Any:
        begun.set()

    example = await EXAMPLES[rpc.name](exchange)
    dispatcher = Dispatcher(exchange.app)

    async def serve(_: Rpc, body: bytes, call: Call) -> Answer:
        return await dispatcher(replace(rpc, run=run), body, call)

    async with opened(serve) as way:
        told = await Services(exchange, way).allowed(rpc, example, seconds=0)
    assert (told.status, told.body["type"]) == (504, "/problems/deadline-exceeded")
    assert not begun.is_set()


@every
@pytest.mark.parametrize("is_late", [True, False], ids=["late", "in time"])
async def test_a_call_over_grpc_whose_request_comes_after_its_time_does_nothing(
    exchange: Exchange, rpc: Rpc, is_late: bool
) -> None:
    begun = asyncio.Event()

    async def run(context: Context, request: Any) -> Any:
        begun.set()
        return await rpc.run(context, request)

    dispatcher = Dispatcher(exchange.app)

    async def serve(_: Rpc, body: bytes, call: Call) -> Answer:
        return await dispatcher(replace(rpc, run=run), body, call)

    services = Services(exchange, Direct(serve))
    example = await services.example(rpc)
    headers = {"authorization": f"Bearer {await services.token()}"}
    if rpc.who is not Who.SERVICE and example.actor is not None:
        headers["acting_for"] = str(example.actor.user_id)
    request = filled(message_types(rpc.name)[0](), example.request).SerializeToString()
    path = f"/solebook.v1.{rpc.service}/{rpc.method}"
    async with serving_over_grpc(serve, ServicesSettings(grpc_port=0), max_body=100_000) as port:
        call = await RawCall.open(port, path, time="1n" if is_late else "30S", **headers)
        told = await call.answer() if is_late else b""
        call.send(request)
        told = told or await call.answer()
        await call.close()
    assert (DEADLINE_EXCEEDED in told, begun.is_set()) == (is_late, not is_late)


@every
async def test_a_call_that_takes_too_long_is_answered_in_time_and_carried_out(
    exchange: Exchange, opened: Opened, rpc: Rpc
) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(_: Context, request: Any) -> Any:
        begun.set()
        await may_end.wait()
        ended.set()

    dispatcher = Dispatcher(exchange.app)

    async def serve(_: Rpc, body: bytes, call: Call) -> Answer:
        return await dispatcher(replace(rpc, run=run), body, call)

    async with opened(serve) as way:
        services = Services(exchange, way)
        example = await services.example(rpc)
        for seconds in (0.05, 0.5, 5.0):  # on a busy machine, a short time is over before it begins
            told = await services.allowed(rpc, example, seconds=seconds)
            assert (told.status, told.body["type"]) == (504, "/problems/deadline-exceeded")
            if begun.is_set():
                break
        may_end.set()
        await dispatcher.finish()
    assert ended.is_set()
