"""What only gRPC has: its schema, reflection, health, status codes and TLS."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from solebook.composition import certificates
from solebook.config.services import ServicesSettings
from solebook.entrypoints.http.edge.problems import STATUS
from solebook.entrypoints.services import schema
from solebook.entrypoints.services.dispatcher import Answer, Call, Dispatcher
from solebook.entrypoints.services.over_grpc import CODES, serving_over_grpc
from solebook.entrypoints.services.rpc import Rpc
from solebook.entrypoints.services.table import BY_NAME
from solebook.entrypoints.services.table import services as all_services

from ...certificates import Authority
from ...exchange import Exchange
from .conftest import Services
from .over_grpc import OverGrpc, over_grpc

GRPCURL = Path(sys.executable).with_name("grpcurl")
SEARCH = BY_NAME["SearchService.Search"]


@asynccontextmanager
async def served(exchange: Exchange, **settings: Any) -> AsyncIterator[str]:
    dispatcher = Dispatcher(exchange.app)
    where = ServicesSettings(grpc_port=0, **settings)
    async with serving_over_grpc(dispatcher, where, max_body=1_048_576) as port:
        yield f"127.0.0.1:{port}"


def health_stub(channel: grpc.aio.Channel) -> Any:
    return health_pb2_grpc.HealthStub(channel)


async def grpcurl(*arguments: str) -> str:
    """Run a client that is not ours, and return what it says."""
    process = await asyncio.create_subprocess_exec(
        GRPCURL, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return said.decode()


def test_the_schema_is_the_one_that_is_checked_in() -> None:
    assert schema.FILE.read_text("utf-8") == schema.text(), "run `nox -s proto`"


def test_a_field_keeps_its_number_wherever_it_stands_and_a_new_one_gets_the_next() -> None:
    recorded = {"Paged": {"cursor": 1, "gone": 7}}
    numbered = {field.name: field.number for field in schema.messages(recorded)["Paged"].fields}
    assert numbered == {"cursor": 1, "limit": 8}


def test_every_refusal_and_failure_has_a_status_of_grpc() -> None:
    statuses = {HTTPStatus(status) for status in STATUS.values()}
    assert statuses | {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.GATEWAY_TIMEOUT} == set(CODES)


async def test_another_client_finds_all_services_and_calls_them(exchange: Exchange) -> None:
    services = Services(exchange, OverGrpc(grpc.aio.insecure_channel("unused")))
    token = await services.token()
    async with served(exchange) as address:
        listed = set((await grpcurl("-plaintext", address, "list")).split())
        assert {f"solebook.v1.{name}" for name, _ in all_services()} <= listed
        described = await grpcurl("-plaintext", address, "describe", "solebook.v1.NewQuote")
        assert "optional int64 expires_in_days" in described
        call = ("-plaintext", "-H", f"authorization: Bearer {token}", "-d")
        found = await grpcurl(*call, '{"q": "brand"}', address, "solebook.v1.SearchService/Search")
        assert json.loads(found)["items"][0]["model"] == "Model"
        buyer = ("-H", f"acting-for: {exchange.buyer.user_id}")
        bid = {"product_id": str(exchange.product.id), "size": "9", "amount": 20_000}
        placed = await grpcurl(
            *buyer, *call, json.dumps(bid), address, "solebook.v1.BiddingService/PlaceBid"
        )
        assert json.loads(placed)["bid"]["status"] == "active"
        order = json.dumps({"order_id": str(exchange.product.id)})
        refused = await grpcurl(*call, order, address, "solebook.v1.PaymentService/ProcessPayment")
        assert "Code: NotFound" in refused
        assert "/problems/not-found" in refused
        assert "NOT_FOUND" in refused


async def test_it_says_that_it_is_healthy(exchange: Exchange) -> None:
    async with served(exchange) as address, grpc.aio.insecure_channel(address) as channel:
        stub = health_stub(channel)
        for name in ("", "solebook.v1.UserService"):
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_request_that_is_too_large_is_refused(exchange: Exchange) -> None:
    services = Services(exchange, OverGrpc(grpc.aio.insecure_channel("unused")))
    token = await services.token()
    async with over_grpc(Dispatcher(exchange.app)) as way:
        assert isinstance(way, OverGrpc)
        method: Any = way.channel.unary_unary("/solebook.v1.SearchService/Search")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await method(b"x" * 2_000_000, metadata=(("authorization", f"Bearer {token}"),))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_call_under_way_is_answered_when_the_server_stops() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def serve(_: Rpc, __: bytes, call: Call) -> Answer:
        begun.set()
        await may_end.wait()
        return Answer(200, b'{"total": 7}')

    settings = ServicesSettings(grpc_port=0)
    serving = serving_over_grpc(serve, settings, max_body=1_000)
    port = await serving.__aenter__()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        waiting = asyncio.create_task(OverGrpc(channel)(SEARCH, {}, Call()))
        await begun.wait()
        stopping = asyncio.create_task(serving.__aexit__(None, None, None))
        may_end.set()
        await stopping
        assert (await waiting).body["total"] == 7


async def test_an_address_that_is_taken_is_an_error(exchange: Exchange) -> None:
    async with served(exchange) as address:
        settings = ServicesSettings(grpc_port=int(address.partition(":")[2]))
        with pytest.raises(OSError, match=r"choose another port \(services.grpc_port\)"):
            async with serving_over_grpc(Dispatcher(exchange.app), settings, max_body=1_000):
                pass


async def test_tls_proves_the_server_and_wants_a_certificate_of_callers_if_told(
    exchange: Exchange, tmp_path: Path
) -> None:
    ours, others = Authority(tmp_path, "ca"), Authority(tmp_path, "other-ca")
    certificate, key = ours.certify("server", "localhost")
    mine, my_key = ours.certify("client")
    tls = {"grpc_cert": str(certificate), "grpc_key": str(key)}

    async def is_let_in(address: str, **credentials: Any) -> bool:
        secure = grpc.ssl_channel_credentials(**credentials)
        named = (("grpc.ssl_target_name_override", "localhost"),)
        async with grpc.aio.secure_channel(address, secure, options=named) as channel:
            call = health_stub(channel).Check(health_pb2.HealthCheckRequest(), timeout=20)
            code: grpc.StatusCode = await call.code()
            assert code in (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE)
            return code is grpc.StatusCode.OK

    ca, own = ours.certificate.read_bytes(), (my_key.read_bytes(), mine.read_bytes())
    async with served(exchange, **tls) as address:
        assert await is_let_in(address, root_certificates=ca)
        assert not await is_let_in(address, root_certificates=others.certificate.read_bytes())
    async with served(exchange, **tls, grpc_client_ca=str(ours.certificate)) as address:
        assert not await is_let_in(address, root_certificates=ca)
        assert await is_let_in(
            address, root_certificates=ca, private_key=own[0], certificate_chain=own[1]
        )


async def test_a_renewed_certificate_is_shown_to_who_comes_and_open_channels_stay(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "_LOOKS_EVERY", 0.01)
    before, after = Authority(tmp_path, "before-ca"), Authority(tmp_path, "after-ca")
    used, key = before.certify("server", "localhost")

    @asynccontextmanager
    async def stub(address: str, authority: Authority) -> AsyncIterator[Any]:
        secure = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
        named = (("grpc.ssl_target_name_override", "localhost"),)
        async with grpc.aio.secure_channel(address, secure, options=named) as channel:
            yield health_stub(channel)

    async def is_served(checks: Any) -> bool:
        call = checks.Check(health_pb2.HealthCheckRequest(), timeout=20)
        return await call.code() is grpc.StatusCode.OK

    async with (
        served(exchange, grpc_cert=str(used), grpc_key=str(key)) as address,
        stub(address, before) as opened,
        asyncio.timeout(60),
    ):
        assert await is_served(opened)
        for made, file in zip(after.certify("renewed", "localhost"), (used, key), strict=True):
            made.rename(file)
        is_shown = False
        while not is_shown:
            async with stub(address, after) as fresh:
                is_shown = await is_served(fresh)
        assert await is_served(opened)


async def test_a_certificate_that_is_not_there_is_an_error(exchange: Exchange) -> None:
    with pytest.raises(OSError, match=r"services\.grpc_cert \(no\.crt\) cannot be read: .* there"):
        async with served(exchange, grpc_cert="no.crt", grpc_key="no.key"):
            pass


@pytest.mark.parametrize(
    "wrong", [{"grpc_cert": "a"}, {"grpc_key": "a"}, {"grpc_client_ca": "a"}, {"grpc_port": -1}]
)
def test_settings_that_do_not_belong_together_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the limits have words of their own
        ServicesSettings(**wrong)
