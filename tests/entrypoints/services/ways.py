"""Ways to call the services: the dispatcher itself, and each transport."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol, TypeAlias

import msgspec

from solebook.entrypoints.services.dispatcher import Call, Serve
from solebook.entrypoints.services.rpc import Rpc


class Told(NamedTuple):
    """What a caller is told: the status of HTTP, and the response or the problem."""

    status: int
    body: dict[str, Any]


class Way(Protocol):
    """A way to call the services."""

    async def __call__(self, rpc: Rpc, request: dict[str, Any] | bytes, call: Call) -> Told:
        """Make a call."""
        ...


Opened: TypeAlias = Callable[[Serve], AbstractAsyncContextManager[Way]]
"""Opens a way to a dispatcher."""


class Direct(Way):
    """No transport."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve

    async def __call__(self, rpc: Rpc, request: dict[str, Any] | bytes, call: Call) -> Told:
        body = request if isinstance(request, bytes) else msgspec.json.encode(request)
        answer = await self._serve(rpc, body, call)
        return Told(answer.status, msgspec.json.decode(answer.body))
