"""Providers over TLS: whom their clients trust, and what an operator reads if it is nobody."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.outside_messengers import (
    open_http_push_messenger,
    open_sendgrid_mailer,
    open_twilio_messenger,
)
from solebook.composition.stripe_adapters import open_stripe_calls
from solebook.composition.tracing import recording_traces
from solebook.config.messengers import HttpPushSettings, SendGridSettings, TwilioSettings
from solebook.config.settings import PaymentsSettings, Settings
from solebook.config.tracing import TracingSettings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Mail, PushMessage, TextMessage
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.language.traces import Trace
from solebook.ports.language.tracing import begin

from ..certificates import Authority

pytestmark = pytest.mark.integration

TRACE = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


@dataclass
class Provider:
    """A server with TLS for `localhost`, which takes whatever comes."""

    authority: Authority
    stranger: Authority
    port: int
    caller: tuple[Path, Path]
    """A certificate of a caller, and its key."""
    taken: list[str]
    """The paths that were asked for."""

    def url(self, host: str = "localhost") -> str:
        return f"https://{host}:{self.port}"

    @property
    def ca(self) -> str:
        return str(self.authority.certificate)


@pytest.fixture(scope="module", params=["anybody"])
def provider(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("provider")
    ours, stranger = Authority(folder, "ours"), Authority(folder, "stranger")

    taken: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            taken.append(self.path)
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.certify("provider", "localhost"))
    if request.param == "certified":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ours.certificate)
    server = _Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Provider(ours, stranger, server.server_address[1], ours.certify("caller"), taken)
    server.shutdown()
    thread.join()
    server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Clients that do not trust it hang up."""


async def _send(
    opened: Callable[..., AbstractAsyncContextManager[Any]], settings: Settings, message: object
) -> None:
    async with opened(settings, SystemClock(), SystemStopwatch()) as messenger:
        await messenger.send(message)


async def _mail(url: str, ca: str | None) -> None:
    settings = Settings(sendgrid=SendGridSettings(api_key="key", api_url=url, ca=ca))
    mail = Mail(UUID(int=1), "buyer@example.com", "Test", "Subject", "Text", "<p>Text</p>")
    await _send(open_sendgrid_mailer, settings, mail)


async def _text(url: str, ca: str | None) -> None:
    account = {"account": "AC1", "token": "token", "sender": "+15550199", "per_second": 1_000.0}
    twilio = TwilioSettings(api_url=url, ca=ca, **account)  # type: ignore[arg-type]  # of all kinds
    message = TextMessage(UUID(int=2), "+15550100", "Text")
    await _send(open_twilio_messenger, Settings(twilio=twilio), message)


async def _push(url: str, ca: str | None) -> None:
    settings = Settings(http_push=HttpPushSettings(url=url, ca=ca))
    await _send(open_http_push_messenger, settings, PushMessage(UUID(int=3), ("d",), "On", "It"))


async def _charge(url: str, ca: str | None) -> None:
    payments = PaymentsSettings(
        api_key="sk_test_1",
        webhook_secret="whsec_1",
        api_url=url,
        ca=ca,
        timeout=timedelta(seconds=8),
    )
    async with open_stripe_calls(Settings(payments=payments), SystemStopwatch()) as calls:
        await calls.ask(lambda client: client.v1.balance.retrieve_async())


async def _trace(url: str, ca: str | None, files: tuple[Path, Path] | None = None) -> None:
    cert, key = map(str, files) if files else (None, None)
    tracing = TracingSettings(otlp_url=url, sample=1.0, ca=ca, cert=cert, key=key)

    def record() -> None:
        with recording_traces(Settings(tracing=tracing), {ProcessRole.HTTP}), begin("a", TRACE):
            pass

    await asyncio.to_thread(record)


Call = Callable[[str, str | None], Awaitable[None]]
CALLS: dict[str, Call] = {
    "sendgrid": _mail,
    "twilio": _text,
    "http_push": _push,
    "payments": _charge,
    "tracing": _trace,
}


async def _is_taken(call: Call, provider: Provider, url: str, ca: str | None) -> bool:
    before = len(provider.taken)
    try:
        await call(url, ca)
    except Unavailable:
        assert len(provider.taken) == before
    return len(provider.taken) > before


@pytest.mark.parametrize("name", CALLS)
async def test_the_ca_of_the_settings_is_trusted_and_no_other_nor_another_host(
    name: str, provider: Provider, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    call = CALLS[name]
    assert await _is_taken(call, provider, provider.url(), provider.ca)
    assert not await _is_taken(call, provider, provider.url(), str(provider.stranger.certificate))
    assert not await _is_taken(call, provider, provider.url("127.0.0.1"), provider.ca)
    assert not await _is_taken(call, provider, provider.url(), None)
    if name != "tracing":  # of which the library tells
        told = " ".join(caplog.messages)
        assert "its certificate cannot be verified: unable to get local issuer" in told
        assert "its certificate cannot be verified: IP address mismatch" in told
    with pytest.raises(OSError, match=rf"{name}\.ca \(no\.crt\) cannot be used: No such file"):
        await call(provider.url(), "no.crt")


@pytest.mark.parametrize("provider", ["certified"], indirect=True)
async def test_a_collector_may_want_a_certificate_of_its_callers(provider: Provider) -> None:
    assert not await _is_taken(_trace, provider, provider.url(), provider.ca)
    with_own = lambda url, ca: _trace(url, ca, provider.caller)  # noqa: E731  # a call like others
    assert await _is_taken(with_own, provider, provider.url(), provider.ca)
