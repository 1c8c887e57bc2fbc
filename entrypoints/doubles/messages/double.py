"""A double that keeps the messages it takes, and fails when it is told to."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from ...http.server import reserved_address, serving
from ..stripe.app import DroppableProtocol
from ..stripe.errors import ApiError
from ..stripe.http import (
    BrokenOff,
    Receive,
    Scope,
    Send,
    body_of,
    drop,
    say_nothing,
    send_json,
)

_MOST_MESSAGES = 100_000
_MOST_FAULTS = 1_000


@dataclass(frozen=True)
class Call:
    """A request to the double."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """Its answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What goes wrong with the next calls."""

    status: int | None = None
    """The status of the answer; without it, the connection breaks."""
    retry_after: int | None = None
    """Seconds that the answer asks to wait."""
    has_effect: bool = False
    """Whether the message is taken nevertheless."""
    hangs: bool = False
    """Whether there is no answer at all, until the client gives up."""
    times: int = 1


class MessageDouble(ABC):
    """Takes messages over HTTP, one after the other. Its own paths are under /_double/."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        """The messages, oldest first."""
        self.calls = 0
        """How many calls of the API came in, also those that failed."""
        self._faults: list[Fault] = []

    @abstractmethod
    def answer(self, call: Call) -> Reply:
        """Answer a call of the API, and keep its message in `taken`."""

    def act(self, name: str, values: dict[str, Any]) -> Any:
        """Do what the double is told beside the API. Raises ApiError for what it does not know."""
        raise ApiError(f"There is no {name} at this double.", status=404)

    def fail(self, fault: Fault) -> None:
        """Let the next calls fail. Raises ApiError if too many are to fail already."""
        if len(self._faults) >= _MOST_FAULTS:
            raise ApiError(f"There are {_MOST_FAULTS} faults already.")
        self._faults.append(fault)

    def keep(self, message: dict[str, Any]) -> None:
        """Keep a message, and forget the oldest if there are too many."""
        self.taken.append(message)
        del self.taken[:-_MOST_MESSAGES]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError("the double answers HTTP alone")
        try:
            call = Call(
                scope["method"],
                scope["path"],
                scope["query_string"].decode("latin-1"),
                {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
                await body_of(receive),
            )
            if call.path.startswith("/_double/"):
                await send_json(send, 200, self._controlled(call))
            else:
                await self._answered(call, scope, receive, send)
        except BrokenOff:
            return
        except ApiError as error:
            await send_json(send, error.status, {"error": str(error)})

    async def _answered(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        fault = self._next_fault()
        if fault is None:
            reply = self.answer(call)
        else:
            if fault.has_effect:
                self.answer(call)
            if fault.hangs:
                await say_nothing(receive)
            if fault.status is None:
                await drop(scope, receive)
            asked = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
            reply = Reply(fault.status or 500, {"message": "a fault on demand"}, asked)
        await send_json(send, reply.status, reply.body, reply.headers)

    def _next_fault(self) -> Fault | None:
        if not self._faults:
            return None
        fault = self._faults[0]
        fault.times -= 1
        if fault.times <= 0:
            del self._faults[0]
        return fault

    def _controlled(self, call: Call) -> Any:
        name = call.path.removeprefix("/_double/")
        values = json_object(call.body or b"{}")
        match call.method, name:
            case "GET", "messages":
                return {"messages": self.taken, "calls": self.calls}
            case "POST", "faults":
                try:
                    self.fail(Fault(**values))
                except TypeError as error:
                    raise ApiError(str(error)) from error
                return {}
            case "POST", "reset":
                self.taken.clear()
                self._faults.clear()
                return {}
            case "POST", _:
                return self.act(name, values)
            case _:
                raise ApiError(f"There is no {call.method} {call.path}.", status=404)


def json_object(body: bytes) -> dict[str, Any]:
    """Return the object that a body is in JSON. Raises ApiError."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise ApiError(f"This is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ApiError("Send an object of JSON.")
    return value


def unknown_fields(value: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    """Return the names in `value` that the API does not have."""
    return sorted(set(value) - set(known))


@asynccontextmanager
async def running_message_double(
    double: MessageDouble, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve the double until the block is left, and yield its URL. Port 0 picks a free one."""
    with reserved_address(host, port) as address:
        async with serving(double, address, DroppableProtocol) as url:
            yield url
