"""The port to fresh identifiers."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> UUID:
        """Return a UUID of version 7 that was never returned before and sorts after earlier ones."""
        ...
