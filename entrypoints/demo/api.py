"""A client of the exchange's HTTP API for the people of the demo."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

from ...ports.language.errors import Unavailable

_TRIES = 60
_BUSY = (429, 503)
_EXPIRED = 401
_POLL, _LONGEST_POLL = 0.02, 0.5
"""The first and the longest interval between two polls, in seconds."""
_PATIENCE = 60.0
"""The timeout of `wait_for`, in seconds."""


class ApiRefusal(RuntimeError):
    """The API refused a request that should have succeeded."""


class Api:
    """The API as seen by one user, or by an anonymous visitor without credentials.

    A user signs in again when their token has expired, as it does when the exchange's clock jumps.
    """

    def __init__(
        self, http: httpx.AsyncClient, credentials: Mapping[str, str] | None = None
    ) -> None:
        """Create it for a user with an email and a password, who is not signed in yet."""
        self._http = http
        self._credentials = credentials
        self._headers: dict[str, str] = {}
        self._signing_in = asyncio.Lock()

    async def sign_in(self) -> None:
        """Begin a session with the credentials. Raises ApiRefusal."""
        session = await Api(self._http).post("/sessions", self._credentials)
        self._headers = {"Authorization": f"Bearer {session['access_token']}"}

    async def get(self, path: str, **query: Any) -> Any:
        """Return a resource. Raises ApiRefusal."""
        return await self._call("GET", path, params=query)

    async def pages(self, path: str, **query: Any) -> AsyncIterator[Any]:
        """Yield every item of a paged list. Raises ApiRefusal."""
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(path, limit=100, **query, **cursor)
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    async def post(self, path: str, body: Any = None) -> Any:
        """Create something, only once even if the request is retried. Raises ApiRefusal."""
        headers = {"Idempotency-Key": str(uuid4())} if path not in ("/sessions",) else {}
        return await self._call("POST", path, headers, json=body)

    async def put(self, path: str, body: Any) -> Any:
        """Replace a resource. Raises ApiRefusal."""
        return await self._call("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Any:
        """Change a resource. Raises ApiRefusal."""
        return await self._call("PATCH", path, json=body)

    async def delete(self, path: str) -> Any:
        """Delete a resource. Raises ApiRefusal."""
        return await self._call("DELETE", path)

    async def _call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **request: Any
    ) -> Any:
        used = self._headers
        response = await self._try(method, path, headers or {}, request)
        if response.status_code == _EXPIRED and used:
            async with self._signing_in:
                if self._headers is used:
                    await self.sign_in()
            response = await self._try(method, path, headers or {}, request)
        if response.is_error:
            raise ApiRefusal(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    async def _try(
        self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]
    ) -> httpx.Response:
        """Send the request until it is answered. An idempotency key makes retries of POST safe."""
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


async def wait_through(first: Callable[[], Awaitable[object | None]], what: str) -> None:
    """Poll until `first` returns None.

    However slow the machine is, it goes on. Raises ApiRefusal if `first` does not change for the
    timeout of `wait_for`.
    """
    seen: list[object | None] = [object()]

    async def has_changed() -> bool:
        before, seen[0] = seen[0], await first()
        return seen[0] != before

    while seen[0] is not None:
        await wait_for(has_changed, what)


async def wait_for(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    """Poll until `happened` returns True, also while the store is unavailable.

    Raises ApiRefusal after a timeout.
    """
    pause = _POLL
    try:
        async with asyncio.timeout(_PATIENCE):
            while not await _is_true(happened):  # HTTP has no notification to wait for
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_POLL)
    except TimeoutError:
        raise ApiRefusal(f"waited {_PATIENCE:g} s for {what}") from None


async def _is_true(happened: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await happened()
    except Unavailable:
        return False
