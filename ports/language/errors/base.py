"""The base of all refusals."""

from dataclasses import fields
from typing import Any


class Refusal(Exception):
    """The base of everything that solebook refuses."""

    def data(self) -> dict[str, Any]:
        """Return the refusal's own fields, for callers that show or log it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # every subclass is a dataclass
