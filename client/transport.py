"""What carries the calls of a client, and what may come back instead of an answer."""

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is sent besides a request."""

    acting_for: UUID | None = None
    """The user for whom a service calls."""
    key: str | None = None
    """The idempotency key. With it, a call can be repeated."""
    timeout: float | None = None
    """How many seconds to wait for the answer."""


class Transport(Protocol):
    """A way to the services."""

    async def call(self, name: str, request: Any, answer: type[T], options: Options) -> T:
        """Make a call, such as `OrderService.GetOrder`. Raises Problem, NobodyThere, NoAnswer."""
        ...


@dataclass(eq=False)
class Problem(Exception):
    """The services refused a call, or failed. It has the members of the problem over HTTP."""

    status: int
    type: str
    """A stable name, such as `/problems/not-found`."""
    detail: str
    members: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail


class NobodyThere(Exception):
    """No process serves the call. Nothing has happened."""


class NoAnswer(Exception):
    """No answer came in time. The call may have been carried out: repeat it with the same key."""


def problem_of(members: dict[str, Any]) -> Problem:
    """Return a problem by its members."""
    return Problem(
        status=int(members["status"]),
        type=members["type"],
        detail=members["detail"],
        members=members,
    )
