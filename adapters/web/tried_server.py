"""A server with an HTTP API, as a diagnosis asks it: once for each thing, without a breaker."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from ...ports.language.trials import Failed
from ..system.network_errors import why_unreached

PATIENCE = 5.0
"""Seconds for each answer."""


class TriedServer:
    """Asks one server. What it says goes into no text, because it may repeat a secret."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self.url = url.rstrip("/")
        self.where = urlsplit(url).netloc.rpartition("@")[2]

    async def ask(
        self, method: str, path: str, *, refused: Failed | None = None, **request: Any
    ) -> httpx.Response:
        """Return an answer. 401 and 403 raise `refused`, if it is given; 5xx raise Failed.

        Raises Failed also if there is no answer.
        """
        try:
            answer = await self._client.request(method, self.url + path, **request)
        except httpx.HTTPError as error:
            raise self.explain(error) from None
        if refused is not None and answer.status_code in (401, 403):
            raise refused
        if answer.status_code >= 500:
            raise Failed(f"{self.where} answers with status {answer.status_code}")
        return answer

    def explain(self, error: Exception) -> Failed:
        """Return why there was no answer."""
        if isinstance(error, httpx.TimeoutException):
            error = TimeoutError()
        return why_unreached(error, self.where) or Failed(
            f"{self.where} does not answer as a server of HTTP does", "correct the URL"
        )


@asynccontextmanager
async def tried_server(
    url: str,
    *,
    tls: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    login: tuple[str, str] | None = None,
) -> AsyncIterator[TriedServer]:
    """Yield a server to ask. It is not connected yet."""
    async with httpx.AsyncClient(
        timeout=PATIENCE, verify=tls or True, headers=headers, auth=login, trust_env=False
    ) as client:
        yield TriedServer(client, url)


def fields_in(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the object in an answer, or an empty one if it has none."""
    try:
        value: Any = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
