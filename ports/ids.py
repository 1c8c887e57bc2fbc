"""The port to fresh identifiers."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> UUID:
        """Return a new UUID of version 7, which sorts after earlier ones."""
        ...
