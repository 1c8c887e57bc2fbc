"""Sends webhooks over HTTP."""

import asyncio
import ssl
from collections.abc import Mapping
from time import perf_counter
from urllib.parse import urlsplit

import httpcore

from ...ports.language.webhook_endpoints import Answer
from ...ports.webhook_sender import WebhookSender
from .checked_connections import CheckedConnections, LookUp, NoSuchHost, NotPublic

_NOT_PUBLIC = "has a host with an address that is not public"
_NO_SUCH_HOST = "has a host that cannot be found"
_REDIRECTS = range(300, 400)
_AT_ONCE = 256
"""The most connections of a process. Each webhook has one of its own."""


class HttpWebhookSender(WebhookSender):
    """POSTs each webhook over a connection of its own, to addresses that were checked for it.

    It takes no proxy from the environment, follows no redirect, keeps no cookie, and reads nothing
    of an answer but its status.
    """

    def __init__(
        self,
        look_up: LookUp,
        *,
        timeout: float,
        anywhere: bool = False,
        agent: str = "solebook",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Create a sender. `timeout` is in seconds, for all of an attempt."""
        self._timeout = timeout
        self._agent = agent
        self._connections = CheckedConnections(look_up, anywhere=anywhere)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or ssl.create_default_context(),
            max_connections=_AT_ONCE,
            max_keepalive_connections=0,
            retries=0,
            network_backend=self._connections,
        )

    async def problem_with(self, url: str) -> str | None:
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(self._timeout):
                await self._connections.addresses(parts.hostname or "", parts.port or 443)
        except NotPublic:
            return _NOT_PUBLIC
        except (NoSuchHost, TimeoutError):
            return _NO_SUCH_HOST
        return None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        began = perf_counter()
        status, error = await self._post(url, headers, body)
        return Answer(status, error, round((perf_counter() - began) * 1_000))

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int | None, str | None]:
        try:
            async with asyncio.timeout(self._timeout):
                status = await self._status(url, headers, body)
        except TimeoutError:
            return None, f"no answer within {self._timeout:g} s"
        except NotPublic:
            return None, f"the URL {_NOT_PUBLIC}"
        except NoSuchHost:
            return None, f"the URL {_NO_SUCH_HOST}"
        except httpcore.ConnectError as refused:
            return None, f"no connection: {_reason(refused)}"
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            return None, "the connection broke, or the answer is no HTTP"
        if status in _REDIRECTS:
            return status, f"answered {status}; redirects are not followed"
        return status, None if 200 <= status < 300 else f"answered {status}"

    async def _status(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = {**headers, "user-agent": self._agent, "connection": "close"}
        async with self._pool.stream(
            "POST", url, headers=list(sent.items()), content=body
        ) as response:
            return int(response.status)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def _reason(refused: httpcore.ConnectError) -> str:
    cause: BaseException | None = refused
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({cause.reason or 'unknown'})"
        cause = cause.__cause__ or cause.__context__
    return "refused or unreachable"
