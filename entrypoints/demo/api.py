"""The exchange's HTTP API, as the demo's people use it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx

_TRIES = 5
_BUSY = (429, 503)
_POLL, _LONGEST_POLL = 0.02, 0.5
"""Seconds between two looks, at first and at last: a busy exchange is not made busier by them."""
_PATIENCE = 60.0
"""Seconds until something that happens by itself must have happened."""


class ApiRefusal(RuntimeError):
    """The API refused what the demo thought was right."""


class Api:
    """One user's view of the API, or a stranger's without a token."""

    def __init__(self, http: httpx.AsyncClient, token: str | None = None) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def get(self, path: str, **query: Any) -> Any:
        """Return what there is. Raises ApiRefusal."""
        return await self._call("GET", path, params=query)

    async def pages(self, path: str, **query: Any) -> AsyncIterator[Any]:
        """Yield every item of a list. Raises ApiRefusal."""
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(path, limit=100, **query, **cursor)
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    async def post(self, path: str, body: Any = None) -> Any:
        """Make something, once even if it has to be asked for twice. Raises ApiRefusal."""
        headers = {"Idempotency-Key": str(uuid4())} if path not in ("/sessions",) else {}
        return await self._call("POST", path, headers, json=body)

    async def put(self, path: str, body: Any) -> Any:
        """Set something. Raises ApiRefusal."""
        return await self._call("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Any:
        """Change something. Raises ApiRefusal."""
        return await self._call("PATCH", path, json=body)

    async def delete(self, path: str) -> Any:
        """Take something back. Raises ApiRefusal."""
        return await self._call("DELETE", path)

    async def _call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **request: Any
    ) -> Any:
        response = await self._try(method, path, headers or {}, request)
        if response.is_error:
            raise ApiRefusal(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    async def _try(
        self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]
    ) -> httpx.Response:
        """Ask until there is an answer. A request that changes something carries a key for that."""
        for _ in range(_TRIES - 1):
            try:
                response = await self._send(method, path, headers, request)
            except httpx.TransportError:
                await asyncio.sleep(_POLL)
                continue
            if response.status_code not in _BUSY:
                return response
            await asyncio.sleep(float(response.headers.get("Retry-After", 1)))
        return await self._send(method, path, headers, request)

    async def _send(
        self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]
    ) -> httpx.Response:
        headers = self._headers | headers
        return await self._http.request(method, f"/v1{path}", headers=headers, **request)


async def wait_for(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once `happened`. Raises ApiRefusal when that takes too long."""
    pause = _POLL
    try:
        async with asyncio.timeout(_PATIENCE):
            while not await happened():  # over HTTP nobody tells
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_POLL)
    except TimeoutError:
        raise ApiRefusal(f"waited {_PATIENCE:g} s for {what}") from None
