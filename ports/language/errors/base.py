"""The base of all refusals."""

from asyncio import CancelledError
from dataclasses import fields
from typing import Any


def with_cause(error: Exception) -> str:
    """Return an error's text for the log, with the first line of its cause.

    Callers are not told the cause.
    """
    cause = error.__cause__
    if cause is None or isinstance(cause, CancelledError):  # a timeout is caused by one
        return str(error) or type(error).__name__
    why, *_ = (str(cause) or type(cause).__name__).splitlines()
    return f"{error} ({why})"


class Refusal(Exception):
    """The base of everything that solebook refuses."""

    def data(self) -> dict[str, Any]:
        """Return the refusal's own fields, for callers that show or log it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # every subclass is a dataclass
