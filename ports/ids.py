"""The port to new ids."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Generates ids."""

    def new(self) -> UUID:
        """Return a new UUID of version 7, which sorts after earlier ones."""
        ...
