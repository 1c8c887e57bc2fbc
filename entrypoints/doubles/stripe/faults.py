"""Failures on demand: the next call gets no answer, or an error."""

import asyncio
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from .answers import server_error
from .errors import ApiError
from .fields import Fields, choice, flag, integer, parsed, text

MOST_FAULTS = 1_000
KINDS = ("conflict", "hold", "lock_timeout", "rate_limit", "reset", "server_error", "timeout")
_ONLY_BEFORE = frozenset({"conflict", "hold", "lock_timeout", "rate_limit"})
_FIELDS: Fields = {
    "always": flag,
    "method": choice("DELETE", "GET", "POST"),
    "path": text(),
    "times": integer(1, 1_000_000),
    "when": choice("after", "before"),
}


@dataclass
class Fault:
    """What goes wrong with the next calls to some paths."""

    kind: str
    when: str = "before"
    """Whether the call has its effect first."""
    method: str | None = None
    path: str = "/v1/*"
    """A pattern in which `*` stands for any text."""
    left: int | None = 1
    """How many calls it is for, or None for all."""


class Faults:
    """The faults that wait for their call. They are not stored."""

    def __init__(self) -> None:
        self.held = 0
        """How many calls are held."""
        self._waiting: list[Fault] = []
        self._released = asyncio.Event()

    def add(self, form: dict[str, Any]) -> None:
        """Let calls fail. Raises ApiError for what it does not know."""
        given = parsed(form, {"kind": choice(*KINDS)}, _FIELDS)
        left = None if given.pop("always", False) else given.pop("times", 1)
        given.pop("times", None)
        fault = Fault(**given, left=left)
        if fault.when == "after" and fault.kind in _ONLY_BEFORE:
            raise ApiError(f"{fault.kind} can only come before the effect.", param="when")
        if len(self._waiting) >= MOST_FAULTS:
            raise ApiError(f"There are {MOST_FAULTS} faults already.")
        self._waiting.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault for this call, and count it."""
        for fault in self._waiting:
            if fault.method in (None, method) and fnmatchcase(path, fault.path):
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left == 0:
                        self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget all faults, and release what is held."""
        self._waiting.clear()
        self.release()

    def release(self) -> None:
        """Let the held calls go on."""
        self._released.set()
        self._released = asyncio.Event()

    async def hold(self) -> None:
        """Wait until the call is released."""
        self.held += 1
        try:
            await self._released.wait()
        finally:
            self.held -= 1

    def as_json(self) -> dict[str, Any]:
        """Return the faults that wait, and how many calls are held."""
        return {"faults": [asdict(each) for each in self._waiting], "held": self.held}


def error_of(kind: str) -> ApiError:
    """Return the error that a fault of this kind answers."""
    match kind:
        case "server_error":
            return server_error()
        case "rate_limit":
            return ApiError("Too many requests hit the API.", status=429, code="rate_limit")
        case "lock_timeout":
            message = (
                "This object cannot be accessed right now because another API request or Stripe "
                "process is currently accessing it. If you see this error intermittently, retry "
                "the request."
            )
            return ApiError(message, status=429, code="lock_timeout", retry=True)
        case _:
            message = "The request conflicts with another request that is under way."
            return ApiError(message, status=409)
