"""The typed client makes every call over both transports."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import grpc.aio
import msgspec
import nats
import pytest

from solebook.adapters.nats.micro import serving
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.client.over_grpc import SCHEMA, GrpcTransport
from solebook.client.over_nats import NatsTransport
from solebook.client.services import NewQuote, OfOrder, OrderService, Searching, Services
from solebook.client.transport import NoAnswer, NobodyThere, Problem, Transport
from solebook.composition.engine import engine_of
from solebook.config.services import ServicesSettings
from solebook.entrypoints.services.client_code import code
from solebook.entrypoints.services.dispatcher import Dispatcher
from solebook.entrypoints.services.over_grpc import serving_over_grpc
from solebook.entrypoints.services.over_nats import micro_services
from solebook.entrypoints.services.protobuf import file_proto
from solebook.entrypoints.services.rpc import Rpc, Who
from solebook.entrypoints.services.table import SCOPES, TABLE
from solebook.ports.language.users import OPERATOR

from ..entrypoints.services.requests import EXAMPLES
from ..exchange import Exchange, build_exchange
from ..nats_line import Break, nats_line
from ..nats_server import NatsServer

GENERATED = Path(SCHEMA).with_name("services.py")
every = pytest.mark.parametrize("rpc", TABLE, ids=lambda rpc: rpc.name)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()


@pytest.fixture
async def token(exchange: Exchange) -> str:
    issued = await exchange.app.users.issue_api_token(
        OPERATOR, name="test", scopes=sorted(SCOPES), reason="a test"
    )
    return issued.token


@asynccontextmanager
async def over_nats(exchange: Exchange, url: str, token: str) -> AsyncIterator[Transport]:
    prefix = f"test-{uuid4().hex}"
    client = await nats.connect(url)
    calls = micro_services(Dispatcher(exchange.app))
    async with (
        Network(NatsAccess(servers=(url,))) as network,
        serving(network, calls, prefix=prefix, version="1.0.0"),
    ):
        yield NatsTransport(client, token, prefix=prefix)
    await client.close()


@asynccontextmanager
async def over_grpc(exchange: Exchange, token: str) -> AsyncIterator[Transport]:
    settings = ServicesSettings(grpc_port=0)
    serving_it = serving_over_grpc(Dispatcher(exchange.app), settings, max_body=1_048_576)
    async with serving_it as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield GrpcTransport(channel, token)


@pytest.fixture(params=["nats", "by_grpc"])
async def transport(
    request: pytest.FixtureRequest, exchange: Exchange, token: str, nats_server: NatsServer
) -> AsyncIterator[Transport]:
    by_nats = request.param == "nats"
    opened = over_nats(exchange, nats_server.url, token) if by_nats else over_grpc(exchange, token)
    async with opened as transport:
        yield transport


def snake(name: str) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


@every
async def test_every_call_is_made_with_structs(
    transport: Transport, exchange: Exchange, rpc: Rpc
) -> None:
    example = await EXAMPLES[rpc.name](exchange)
    service = getattr(Services(transport), snake(rpc.service.removesuffix("Service")))
    method = getattr(service, snake(rpc.method))
    hints = get_type_hints(method)
    request = msgspec.convert(example.request, hints["request"])
    options: dict[str, Any] = {"timeout": 20.0}
    if example.actor is not None and rpc.who is not Who.SERVICE:
        roles, user_id = example.actor.roles, example.actor.user_id
        await exchange.app.users.set_roles(OPERATOR, user_id, roles=roles)
        options["acting_for"] = user_id

    answer = await method(request, **options)

    assert type(answer) is hints["return"]
    msgspec.convert(msgspec.to_builtins(answer), hints["return"])


async def test_a_problem_is_raised_with_its_members(
    transport: Transport, exchange: Exchange
) -> None:
    unknown = uuid4()
    with pytest.raises(Problem) as refused:
        await Services(transport).order.create_order(
            msgspec.convert(
                {"match_id": str(unknown)}, get_type_hints(OrderService.create_order)["request"]
            )
        )
    problem = refused.value
    assert (problem.status, problem.type) == (404, "/problems/not-found")
    assert UUID(problem.members["id"]) == unknown
    assert str(problem) == problem.detail == f"there is no order {unknown}"


async def test_a_key_makes_a_call_safe_to_repeat(transport: Transport, exchange: Exchange) -> None:
    bidding, buyer = Services(transport).bidding, exchange.buyer.user_id
    quote = NewQuote(product_id=exchange.product.id, size="9", amount=20_000)
    first = await bidding.place_bid(quote, acting_for=buyer, key="order-1")
    again = await bidding.place_bid(quote, acting_for=buyer, key="order-1")
    assert first == again
    assert first.bid.expires_at > first.bid.created_at


async def test_nobody_there_is_told_apart_from_no_answer(
    exchange: Exchange, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    nowhere = Services(NatsTransport(client, "token", prefix="nobody"))
    with pytest.raises(NobodyThere):
        await nowhere.search.search(Searching())
    mute = await client.subscribe("mute.services.SearchService.Search")
    with pytest.raises(NoAnswer):
        await Services(NatsTransport(client, "token", prefix="mute")).search.search(
            Searching(), timeout=0.05
        )
    await mute.unsubscribe()
    await client.close()
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(NobodyThere):
            await Services(GrpcTransport(channel, "token")).payment.process_payment(
                OfOrder(order_id=uuid4())
            )


@dataclass(frozen=True)
class Listening:
    port: int


async def test_a_server_that_dies_with_a_call_may_have_carried_it_out() -> None:
    begun = asyncio.Event()

    async def answer(_: bytes, __: "grpc.aio.ServicerContext[Any, Any]") -> bytes:
        begun.set()
        await asyncio.Event().wait()
        return b""

    server = grpc.aio.server()
    calls: dict[str, Any] = {"Search": grpc.unary_unary_rpc_method_handler(answer)}
    handler = grpc.method_handlers_generic_handler("solebook.v1.SearchService", calls)
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with (
        nats_line(Listening(port)) as line,
        grpc.aio.insecure_channel(f"127.0.0.1:{line.port}") as channel,
    ):
        services = Services(GrpcTransport(channel, "token"))
        calling = asyncio.create_task(services.search.search(Searching()))
        await begun.wait()
        await line.break_off(Break.CUT)
        with pytest.raises(NoAnswer):
            await calling
    await server.stop(None)


async def test_a_call_that_a_server_does_not_have_has_no_effect(exchange: Exchange) -> None:
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(NobodyThere):
            await Services(GrpcTransport(channel, "token")).search.search(Searching())
    await server.stop(None)


async def test_what_cannot_be_sent_over_nats_has_no_effect(nats_server: NatsServer) -> None:
    client = await nats.connect(nats_server.url)
    services = Services(NatsTransport(client, "token", prefix="nobody"))
    with pytest.raises(Problem) as refused:
        await services.search.search(Searching(q="x" * 2_000_000))
    assert refused.value.status == 413
    await client.close()
    with pytest.raises(NobodyThere):
        await services.search.search(Searching())


def test_what_is_written_from_the_table_is_checked_in() -> None:
    assert SCHEMA.read_bytes() == file_proto().SerializeToString(deterministic=True)
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(GENERATED), "-"],
        input=code(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert GENERATED.read_text("utf-8") == formatted.stdout, "run `nox -s proto`"


def test_the_client_needs_nothing_else_of_the_package() -> None:
    program = (
        "import sys, solebook.client.over_nats, solebook.client.over_grpc, "
        "solebook.client.services\n"
        "print(*(m for m in sys.modules if m.startswith('solebook.')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert all(name.startswith("solebook.client") for name in told.stdout.split())
