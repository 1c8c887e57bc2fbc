"""What a change of the schema runs on."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Migrating(Protocol):
    """A connection of SQLAlchemy in a transaction, off the event loop."""

    async def run_sync(self, call: Callable[[Connection], T], /) -> T:
        """Return what a call with the connection returns."""
        ...
