"""Sends webhooks over HTTP."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from time import perf_counter
from urllib.parse import urlsplit

import httpcore

from ...ports.language.webhook_endpoints import Answer
from ...ports.webhook_sender import WebhookSender
from ..decorators.server_calls import ServerCalls
from .checked_connections import CheckedConnections, LookUp, NoSuchHost, NotPublic

_log = logging.getLogger(__name__)

_NOT_FOUND = "has a host that is not on the public internet"
"""Also of a host that does not exist, or else anybody could ask which hosts the network has."""
_REDIRECTS = range(300, 400)
_AT_ONCE = 256
"""The most connections of a process. Each webhook has one of its own."""
_TO_CONNECT = 0.3
"""The part of the timeout for an address that does not answer, before the next one is tried."""


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
        check: LookUp | None = None,
        anywhere: bool = False,
        agent: str = "solebook",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Create a sender. `timeout` is in seconds, for all of an attempt.

        `check` looks up the hosts of new endpoints, apart from those that something is sent to.
        """
        self._timeout = timeout
        self._courtesy = CheckedConnections(check or look_up, anywhere=anywhere)
        self._agent = agent
        self._calls = ServerCalls("webhook endpoints")
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or ssl.create_default_context(),
            max_connections=_AT_ONCE,
            max_keepalive_connections=0,
            retries=0,
            network_backend=CheckedConnections(look_up, anywhere=anywhere),
        )

    async def problem_with(self, url: str) -> str | None:
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(self._timeout):
                await self._courtesy.addresses(parts.hostname or "", parts.port or 443)
        except (NotPublic, NoSuchHost, TimeoutError):
            return _NOT_FOUND
        return None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        began = perf_counter()
        status, error = await self._post(url, headers, body)
        took = perf_counter() - began
        self._calls.note(took, answered=status is not None)
        return Answer(status, error, round(took * 1_000))

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int | None, str | None]:
        try:
            async with asyncio.timeout(self._timeout):
                status = await self._status(url, headers, body)
        except TimeoutError:
            return None, f"no answer within {self._timeout:g} s"
        except (NotPublic, NoSuchHost):
            return None, f"the URL {_NOT_FOUND}"
        except httpcore.ConnectTimeout:
            return None, "no connection: no address of the host answers"
        except httpcore.ConnectError as refused:
            return None, f"no connection: {_reason(refused)}"
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            return None, "the connection broke, or the answer is no HTTP"
        except Exception as error:  # noqa: BLE001  # one URL must not end the sending to all others
            # Its text may have the URL, and that a secret.
            _log.error("an attempt to send a webhook failed: %s", type(error).__name__)
            return None, "the attempt failed at the exchange"
        if status in _REDIRECTS:
            return status, f"answered {status}; redirects are not followed"
        return status, None if 200 <= status < 300 else f"answered {status}"

    async def _status(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = {**headers, "user-agent": self._agent, "connection": "close"}
        limits = {"timeout": {"connect": self._timeout * _TO_CONNECT}}
        async with self._pool.stream(
            "POST", url, headers=list(sent.items()), content=body, extensions=limits
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
