"""Commands to the double and its answers."""

from dataclasses import dataclass, field

from .errors import ApiError
from .state import Object


@dataclass(frozen=True)
class Command:
    """A call with everything that its effect depends on, so that it can be repeated exactly."""

    at: float
    """The time of the double's clock, in seconds since 1970."""
    method: str
    path: str
    form: Object
    request: str
    """The id of the request, which is in the events that it causes."""
    account: str = ""
    key: str = ""
    """The idempotency key, if any."""
    failure: bool = False
    """Whether the answer is lost in an error of the server, after the effect."""
    base: str = ""
    """The URL of the double's own pages, which some objects name."""


@dataclass(frozen=True)
class Answer:
    """What the client gets."""

    status: int
    body: Object
    headers: dict[str, str] = field(default_factory=dict)
    changed: bool = True
    """Whether the call began, so that it has to be stored before it is answered."""


def server_error(*, retry: bool | None = None) -> ApiError:
    """Return the error of a server that is broken."""
    return ApiError("An unknown error occurred.", status=500, kind="api_error", retry=retry)


def refusal(error: ApiError, *, changed: bool = False) -> Answer:
    """Return the answer for an error."""
    headers = {}
    if error.retry is not None:
        headers["stripe-should-retry"] = str(error.retry).lower()
    return Answer(error.status, {"error": error.error}, headers, changed)
