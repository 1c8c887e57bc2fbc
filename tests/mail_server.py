"""A mail server in the process of a test, by aiosmtpd."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "solebook", "correct horse"


@dataclass
class MailServer:
    """Takes mail, or replies what it is told to. It can be stopped and started again."""

    tls: ssl.SSLContext | None = None
    """With it, a client must begin TLS and give its password first."""
    from_the_start: bool = False
    """Whether connections are encrypted from the start."""
    received: list[Envelope] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    """Replies to recipients, by address."""
    content: str = "250 OK"
    """The reply to every content."""
    loses_answer: bool = False
    """Whether the next mail is taken, but the connection breaks before the reply."""
    holds: asyncio.Event = field(default_factory=asyncio.Event)
    """Once it is set, the server replies nothing to a content."""
    sessions: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: list[SMTP] = field(default_factory=list)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._session,
            "127.0.0.1",
            self.port,
            ssl=self.tls if self.from_the_start else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections, and break those that are open."""
        assert self._server is not None
        self._server.close()
        for session in self._open:
            _abort(session)
        self._open.clear()
        await self._server.wait_closed()

    def _session(self) -> SMTP:
        self.sessions += 1
        secured: dict[str, Any] = {
            "authenticator": _authenticate,
            "auth_required": True,
            "auth_require_tls": not self.from_the_start,
        }
        if not self.from_the_start:
            secured |= {"tls_context": self.tls, "require_starttls": True}
        options = secured if self.tls else {}
        with warnings.catch_warnings():
            # aiosmtpd does not know that a connection was encrypted from the start.
            warnings.simplefilter("ignore")
            session = SMTP(self, hostname="test", enable_SMTPUTF8=True, **options)
        self._open.append(session)
        return session

    # What aiosmtpd calls.

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.recipients.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.content.startswith("250"):
            self.received.append(envelope)
        if self.holds.is_set():
            await asyncio.Event().wait()
        if self.loses_answer:
            self.loses_answer = False
            _abort(server)
        return self.content

    def ids(self) -> list[str]:
        """Return the Message-IDs of what it took, without the domain."""
        found = []
        for envelope in self.received:
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            found.append(message["Message-ID"].strip("<>").partition("@")[0])
        return found


def _abort(session: SMTP) -> None:
    transport: Any = session.transport
    if transport is not None:
        transport.abort()


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    given = isinstance(data, LoginPassword) and (data.login, data.password)
    # Unless it is not handled, the client gets no reply.
    right = given == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@asynccontextmanager
async def running_mail_server(**options: Any) -> AsyncIterator[MailServer]:
    server = MailServer(**options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
