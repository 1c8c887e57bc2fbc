"""The HTTP server with TLS."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from solebook.adapters.security.server_certificate import ServerCertificate, Version
from solebook.composition.application import Application
from solebook.entrypoints.http import server as serving
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.connections import ConnectionLimits
from solebook.entrypoints.http.encrypted import encryption_with
from solebook.entrypoints.http.server import running_server

from ...certificates import Authority

pytestmark = pytest.mark.integration

GET = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
MANY = ConnectionLimits(total=99, per_address=99)


@dataclass(frozen=True)
class Server:
    """A server with TLS, and its files."""

    certificate: ServerCertificate
    trusting: ssl.SSLContext
    """What trusts its authority."""
    other: tuple[Path, Path]
    """Another pair for the server."""
    application: Application

    @asynccontextmanager
    async def running(self, limits: ConnectionLimits = MANY) -> AsyncIterator[tuple[str, int]]:
        """Serve until the block is left, and yield the host and the port."""
        encryption = encryption_with(self.certificate, timedelta(days=1))
        app = create_app(self.application)
        async with running_server(app, "127.0.0.1", 0, limits, encryption) as url:
            assert url.startswith("https://127.0.0.1:")
            yield "localhost", int(url.rpartition(":")[2])

    def renew(self) -> None:
        """Write the other pair over that of the server, and look at it."""
        used = self.certificate._cert[1], self.certificate._key[1]
        for made, file in zip(self.other, used, strict=True):
            shutil.copy(made, file)
        self.certificate.look()


@pytest.fixture(params=["1.2"])
def server(application: Application, tmp_path: Path, request: pytest.FixtureRequest) -> Server:
    minimum: Version = request.param
    authority = Authority(tmp_path, "ca")
    cert, key = authority.certify("server", "localhost")
    return Server(
        ServerCertificate("server.", str(cert), str(key), minimum=minimum),
        ssl.create_default_context(cafile=str(authority.certificate)),
        authority.certify("renewed", "localhost"),
        application,
    )


def _name(writer: asyncio.StreamWriter) -> str:
    """Return the name in the certificate that a server has shown."""
    subject = writer.get_extra_info("peercert")["subject"]
    return str(dict(part[0] for part in subject)["commonName"])


async def test_requests_and_the_live_stream_are_encrypted_and_browsers_must_stay(
    server: Server,
) -> None:
    async with (
        server.running() as (host, port),
        httpx.AsyncClient(verify=server.trusting) as client,
    ):
        for path in ("/health/live", "/nowhere", "/v1/orders"):
            answer = await client.get(f"https://{host}:{port}{path}")
            assert answer.headers["strict-transport-security"] == "max-age=86400"
        large = "x" * 300_000
        refused = await client.post(f"https://{host}:{port}/v1/users", json={"email": large})
        assert refused.status_code == 400
        async with connect(f"wss://{host}:{port}/v1/stream", ssl=server.trusting) as stream:
            await stream.send('{"op": "nothing"}')
            assert "type" in await asyncio.wait_for(stream.recv(), 60)


async def test_a_renewed_certificate_is_shown_to_who_comes_and_nobody_has_to_leave(
    server: Server,
) -> None:
    async with server.running() as (host, port), asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(host, port, ssl=server.trusting)
        stream = await connect(f"wss://{host}:{port}/v1/stream", ssl=server.trusting)
        server.renew()
        _, later = await asyncio.open_connection(host, port, ssl=server.trusting)
        assert (_name(writer), _name(later)) == ("server", "renewed")
        writer.write(GET)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await stream.send('{"op": "nothing"}')
        assert await stream.recv()
        await stream.close()
        for each in (writer, later):
            each.close()


async def test_a_request_that_comes_with_the_end_of_the_handshake_is_answered(
    server: Server,
) -> None:
    async with server.running() as (host, port), asyncio.timeout(60):
        for _ in range(20):
            reader, writer = await asyncio.open_connection(host, port, ssl=server.trusting)
            writer.write(GET)  # with TLS 1.3, before the server has the client's last word
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()


def _only(context: ssl.SSLContext, version: ssl.TLSVersion, ciphers: str = "ALL") -> None:
    """Let a client speak one version only, however weak."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")


_TLS_1_1, _TLS_1_2 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("server", "spoken", "refused"),
    [
        (
            "1.2",
            (_TLS_1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"),
            (
                (_TLS_1_1, "ALL"),
                (_TLS_1_2, "ECDHE-ECDSA-AES128-SHA"),
                (_TLS_1_2, "AES128-GCM-SHA256"),
            ),
        ),
        ("1.3", (ssl.TLSVersion.TLSv1_3, "ALL"), ((_TLS_1_2, "ALL"),)),
    ],
    indirect=["server"],
)
async def test_old_versions_and_weak_ciphers_are_refused(
    server: Server,
    spoken: tuple[ssl.TLSVersion, str],
    refused: tuple[tuple[ssl.TLSVersion, str], ...],
) -> None:
    async with server.running() as (host, port):
        _only(server.trusting, *spoken)
        _, good = await asyncio.open_connection(host, port, ssl=server.trusting)
        good.close()
        for each in refused:
            _only(server.trusting, *each)
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection(host, port, ssl=server.trusting)


async def test_what_is_no_handshake_ends_the_connection_and_others_go_on(server: Server) -> None:
    async with server.running() as (host, port), asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(GET)
        await reader.read()  # until its end
        writer.close()
        _, good = await asyncio.open_connection(host, port, ssl=server.trusting)
        good.close()


async def test_silent_connections_are_counted_and_end_in_time(server: Server) -> None:
    limits = ConnectionLimits(total=2, per_address=2, head_timeout=3_600.0)
    async with server.running(limits) as (_, port), asyncio.timeout(60):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert not await silent[2][0].read()  # one too many
        for _, writer in silent:
            writer.close()
    async with server.running(replace(limits, head_timeout=0.1)) as (_, port), asyncio.timeout(60):
        began = asyncio.get_running_loop().time()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert not await reader.read()
        assert asyncio.get_running_loop().time() - began >= 0.09
        writer.close()


async def test_the_server_stops_although_handshakes_are_under_way(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_GRACE", 3_600)
    async with asyncio.timeout(60):
        async with server.running(replace(MANY, head_timeout=3_600.0)) as (_, port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
