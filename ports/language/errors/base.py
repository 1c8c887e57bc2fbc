"""The base of all refusals."""

from dataclasses import fields
from typing import Any


def with_cause(error: Exception) -> str:
    """Return an error's text for the log, with its cause, which callers are not told."""
    cause = error.__cause__
    return f"{error}" if cause is None else f"{error} ({str(cause) or type(cause).__name__})"


class Refusal(Exception):
    """The base of everything that solebook refuses."""

    def data(self) -> dict[str, Any]:
        """Return the refusal's own fields, for callers that show or log it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # every subclass is a dataclass
