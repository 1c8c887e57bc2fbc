"""Connections to a mail server, which are kept for the next mail."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from aiosmtplib import SMTP, SMTPException

from ...ports.stopwatch import Stopwatch

_KEPT = 30.0
"""Seconds. Servers close connections that are idle for longer; some do after a minute."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where a mail server is, and who calls it."""

    host: str
    port: int
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    """The file of the CA that has signed the server's certificate."""


class SmtpPool:
    """Opens at most so many connections at once. One that failed is not used again."""

    def __init__(
        self, server: SmtpServer, stopwatch: Stopwatch, *, connections: int, timeout: float
    ) -> None:
        """`timeout` is for each answer of the server, in seconds."""
        self._server = server
        self._stopwatch = stopwatch
        self._timeout = timeout
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[tuple[SMTP, float]] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[SMTP]:
        """Lend a connection that works. Raises what aiosmtplib raises."""
        async with self._turns:
            smtp = await self._kept() or await self._new()
            try:
                yield smtp
            except BaseException:
                smtp.close()
                raise
            self._idle.append((smtp, self._stopwatch.elapsed()))

    async def _kept(self) -> SMTP | None:
        while self._idle:
            smtp, since = self._idle.pop()
            if self._stopwatch.elapsed() - since < _KEPT:
                # Asked now, the end of a connection costs no mail its answer.
                with suppress(SMTPException, OSError):
                    await smtp.noop()
                    return smtp
            smtp.close()
        return None

    async def _new(self) -> SMTP:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.encryption == "tls",
            start_tls=server.encryption == "starttls",
            username=server.user,
            password=server.password,
            timeout=self._timeout,
            tls_context=None if server.encryption == "none" else trusting(server.ca),
        )
        try:
            await smtp.connect()
        except BaseException:
            smtp.close()
            raise
        return smtp

    async def close(self) -> None:
        """Close all idle connections."""
        while self._idle:
            smtp, _ = self._idle.pop()
            with suppress(SMTPException, OSError):
                await smtp.quit()
            smtp.close()


def trusting(ca: str | None) -> ssl.SSLContext:
    """Return what verifies a mail server: by a CA, or those of the system."""
    return ssl.create_default_context(cafile=ca)
