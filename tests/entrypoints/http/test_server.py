"""The server: where it listens, and that it stops whatever its clients do."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from litestar import Litestar
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from solebook.composition.application import Application
from solebook.config.http import HttpSettings
from solebook.entrypoints.http import protocol, server
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.connections import ConnectionLimits
from solebook.entrypoints.http.server import running_server
from solebook.entrypoints.signals import stop_signal
from solebook.entrypoints.web.assets import address_of
from solebook.ports.language.rate_limits import RateLimit

SERVICE_RESTARTS = 1012
"""The code with which a WebSocket is closed (RFC 6455, section 7.4.2, and IANA's registry)."""
GET = b"GET /health/live HTTP/1.1\r\nhost: a\r\n"
CHUNKED = b"POST /v1/sessions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
HASTY = ConnectionLimits(total=99, per_address=99, request_timeout=0.1)
PATIENT = ConnectionLimits(total=99, per_address=99, head_timeout=3_600.0, request_timeout=3_600.0)
SOON = 60.0
"""Seconds: far less than the hour that everything under way is given here."""


@pytest.fixture(autouse=True)
def patient_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for what is under way waits for an hour, however busy the machine is."""
    monkeypatch.setattr(server, "_GRACE", 3_600)


@pytest.fixture
def app(application: Application, settings: HttpSettings) -> Litestar:
    return create_app(application, settings)


@asynccontextmanager
async def serving(app: Litestar, limits: ConnectionLimits = PATIENT) -> AsyncIterator[str]:
    """Serve until the block is left, which must not take long."""
    running = running_server(app, "127.0.0.1", 0, limits)
    url = await running.__aenter__()
    yield url
    async with asyncio.timeout(SOON):
        await running.__aexit__(None, None, None)


def port_of(url: str) -> int:
    port = httpx.URL(url).port
    assert port
    return port


async def test_a_free_port_is_picked_and_told(app: Litestar) -> None:
    async with httpx.AsyncClient() as client:
        async with serving(app) as url:
            assert (await client.get(f"{url}/health/live")).status_code == 200
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/health/live")


async def test_a_connection_goes_on_after_the_head_of_any_answer(
    app: Litestar, caplog: pytest.LogCaptureFixture
) -> None:
    paths = ["health/live", "v1/rules", "v1/orders", "schema", "", "nope"]
    paths.append(address_of("style.css").removeprefix("/"))
    async with serving(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
        for path in paths:
            writer.write(f"HEAD /{path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 "), path
        writer.write(GET + b"connection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_an_address_of_version_six_is_written_in_brackets(app: Litestar) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    async with running_server(app, "::1", 0) as url, httpx.AsyncClient() as client:
        assert url.startswith("http://[::1]:")
        assert (await client.get(f"{url}/health/live")).status_code == 200


async def test_a_taken_port_is_told(app: Litestar) -> None:
    async with serving(app) as url:
        port = port_of(url)
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: Address already"):
            async with running_server(app, "127.0.0.1", port):
                pytest.fail("two listen on one port")


async def test_connections_that_are_kept_open_do_not_hold_it_up(app: Litestar) -> None:
    async with httpx.AsyncClient() as client, serving(app) as url:
        answers = await asyncio.gather(*(client.get(f"{url}/health/live") for _ in range(5)))
        assert {answer.status_code for answer in answers} == {200}


async def test_a_connection_that_never_asked_does_not_hold_it_up(app: Litestar) -> None:
    async with serving(app) as url:
        _, silent = await asyncio.open_connection("127.0.0.1", port_of(url))
        _, halting = await asyncio.open_connection("127.0.0.1", port_of(url))
        halting.write(b"GET /health/live HTTP/1.1\r\nHost: 127")
        await halting.drain()
    for writer in (silent, halting):
        writer.close()


async def answer_to(url: str, *parts: bytes) -> bytes:
    """Send parts of a request over one connection and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
    answer = b""
    with suppress(ConnectionError):  # the server hangs up while there is more to read
        for part in parts:
            writer.write(part)
            await writer.drain()
    with suppress(ConnectionError):
        async with asyncio.timeout(SOON):
            while more := await reader.read(65_536):
                answer += more
    writer.close()
    return answer


async def test_a_head_that_goes_on_for_ever_is_refused(app: Litestar) -> None:
    async with serving(app) as url:
        for part in (b"x-long: " + b"a" * 70_000, b"x-short: a\r\n" * 6_000):
            answer = await answer_to(url, b"GET /health/live HTTP/1.1\r\nhost: a\r\n", part)
            assert answer.startswith(b"HTTP/1.1 431"), answer


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (GET + b"a: b\r\n" * 101, b"431"),
        (GET + b"a: " + b"b" * 20_000 + b"\r\n\r\n", b"431"),
        (CHUNKED + b"1\r\nx\r\n" * 2_000, b"400"),
        (CHUNKED + b"1\r\nx\r\n0\r\n" + b"a: b\r\n" * 3, b"431"),
    ],
    ids=["many headers", "a long header", "small chunks", "trailers"],
)
async def test_what_is_cheap_to_send_and_dear_to_read_is_refused(
    app: Litestar, sent: bytes, answer: bytes
) -> None:
    async with serving(app) as url:
        assert (await answer_to(url, sent)).startswith(b"HTTP/1.1 " + answer)


async def test_who_sends_many_requests_before_the_first_is_answered_is_hung_up_on(
    app: Litestar,
) -> None:
    async with serving(app) as url:
        few = await answer_to(url, (GET + b"\r\n") * 29, GET + b"connection: close\r\n\r\n")
        many = await answer_to(url, (GET + b"\r\n") * 1_000)
    assert few.count(b"HTTP/1.1 200 OK") == 30
    assert many.count(b"HTTP/1.1 ") < 40


LAST = GET + b"connection: close\r\n\r\n"
REFERENCE = b"GET /schema HTTP/1.1\r\nhost: a\r\n\r\n"


async def cut_off(app: Litestar, requests: int) -> bool:
    """Ask for the reference on the only connection that there may be, and read nothing until
    another one is answered. Return whether the rest of the answers was lost.
    """
    loop = asyncio.get_running_loop()
    only = ConnectionLimits(total=9, per_address=1)
    with socket.socket() as slow, server.reserved_address("127.0.0.1", 0) as address:
        address.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)  # of each connection too
        async with server.serving(app, address, limits=only) as url, asyncio.timeout(2 * SOON):
            whole = len(await answer_to(url, REFERENCE, LAST))
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            slow.setblocking(False)
            await loop.sock_connect(slow, ("127.0.0.1", port_of(url)))
            await loop.sock_sendall(slow, REFERENCE * requests)
            answer = b""
            while not answer.startswith(b"HTTP/1.1 200"):
                answer = await answer_to(url, LAST)
            received = 0
            with suppress(ConnectionError):
                while part := await loop.sock_recv(slow, 65_536):
                    received += len(part)
    return received < (whole - len(answer)) * requests


async def test_who_does_not_read_makes_room_for_others(app: Litestar) -> None:
    assert await cut_off(app, requests=1)


async def test_who_does_not_read_in_time_is_cut_off(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_READ_WITHIN", 0.1)
    assert await cut_off(app, requests=20)


async def test_what_is_no_request_is_answered_in_a_few_bytes(app: Litestar) -> None:
    async with serving(app) as url:
        answer = await answer_to(url, b"\0")
    assert answer == b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"


async def test_a_long_body_is_no_long_head(app: Litestar) -> None:
    length = b"content-length: 500000\r\n\r\n"
    head = b"POST /v1/sessions HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + length
    async with serving(app) as url:
        answer = await answer_to(url, head + b"x" * 500_000)
    assert answer.startswith(b"HTTP/1.1 415"), answer


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/sessions", b"413"), ("/v1/bids", b"401"), ("/nowhere", b"404")]
)
async def test_an_answer_reaches_a_client_that_is_still_sending_a_large_body(
    app: Litestar, path: str, status: bytes
) -> None:
    body = bytes(8_000_000)  # more than the buffers of both sockets
    lines = ["host: a", "connection: close", "content-type: application/json"]
    head = "\r\n".join([f"POST {path} HTTP/1.1", *lines, f"content-length: {len(body)}", "", ""])
    async with serving(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
        writer.write(head.encode() + body)
        await writer.drain()
        answer = await reader.read()  # until the server hangs up
        writer.close()
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert b"connection: close\r\n" in answer


async def test_a_client_that_waits_to_send_its_body_is_told_to_continue(app: Litestar) -> None:
    lines = "host: a\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    async with serving(app) as url:
        answer = await answer_to(url, f"POST /v1/sessions HTTP/1.1\r\n{lines}".encode(), b"{}")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 415 "), answer


async def test_an_answered_request_that_is_never_complete_is_not_answered_again(
    app: Litestar,
) -> None:
    head = b"POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{"
    async with serving(app, HASTY) as url:
        answer = await answer_to(url, head)
    assert answer.startswith(b"HTTP/1.1 404"), answer
    assert answer.count(b"HTTP/1.1 ") == 1, answer


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/webhooks/stripe"])
async def test_a_client_that_leaves_before_its_body_is_complete_is_no_defect(
    app: Litestar, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    async with serving(app) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
        writer.write(head.encode() + b"content-length: 20\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert caplog.messages == []


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /health/live HTTP/1.1\r\nhost: a\r\nx",
        b"POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{",
        b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\nGET /health/live HTTP/1.1\r\nhost: a\r\nx",
    ],
    ids=["half a head", "half a body", "half of the second request"],
)
async def test_a_client_that_does_not_finish_its_request_in_time_is_hung_up_on(
    app: Litestar, begun: bytes
) -> None:
    async with serving(app, HASTY) as url:
        answer = await answer_to(url, begun)
    last = answer.rpartition(b"HTTP/1.1 ")[2]
    assert last == b"408 Request Timeout\r\nconnection: close\r\n\r\n", answer


async def test_a_connection_on_which_nothing_is_asked_is_closed(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_KEEP_ALIVE", 0.1)
    async with serving(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
        async with asyncio.timeout(SOON):
            assert await reader.read() == b""
        writer.close()


async def test_a_live_stream_may_take_its_time(
    app: Litestar,
) -> None:
    async with (
        serving(app, HASTY) as url,
        connect(url.replace("http", "ws") + "/v1/stream") as stream,
    ):
        await answer_to(url, b"GET /")  # until this one was hung up on
        await stream.send('{"op": "ping"}')
        assert await stream.recv()


async def test_a_handshake_too_many_is_refused(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    limit = RateLimit(burst=5, per_second=0.001)
    app = create_app(application, HttpSettings(address_limit=limit))
    async with serving(app) as url:
        address = url.replace("http", "ws") + "/v1/stream"
        async with connect(address):
            with pytest.raises(InvalidStatus) as refused:
                await connect(address)
    assert refused.value.response.status_code == 403
    assert caplog.messages == []


async def test_a_live_stream_is_told_that_the_server_stops(app: Litestar) -> None:
    async with serving(app) as url:
        stream = await connect(f"{url.replace('http', 'ws', 1)}/v1/stream")
    await stream.wait_closed()
    assert stream.close_code == SERVICE_RESTARTS


async def test_whoever_asks_the_process_to_stop_is_heard_from_then_on() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        stop = stop_signal()
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        async with asyncio.timeout(SOON):
            await stop.wait()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)
