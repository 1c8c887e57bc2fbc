"""The state of a transaction, and the use of its connection."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ....ports.language.errors import Unavailable
from .driver import Connection
from .errors import STORE, Conflict
from .waiting import Waiting


@dataclass(slots=True, eq=False)
class Work:
    """The state of a task's outermost transaction."""

    owner: asyncio.Task[Any] | None
    is_urgent: bool = False
    connection: Connection | None = None
    """Set by the first call, which begins the database transaction."""
    broken: bool = False
    """A call failed or was cancelled, so the transaction can only be rolled back."""
    announcements: list[Callable[[], None]] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)
    """What is written at the end."""


class Call(AbstractAsyncContextManager[Connection]):
    """The use of the connection for a statement of a transaction."""

    __slots__ = ("_begun", "_conflict_is_expected", "_work")

    def __init__(
        self,
        begun: Callable[[Work], Awaitable[Connection]],
        work: Work,
        conflict_is_expected: bool,
    ) -> None:
        """Use the connection of a transaction, which `begun` begins if it has not begun."""
        self._begun = begun
        self._work = work
        self._conflict_is_expected = conflict_is_expected

    async def __aenter__(self) -> Connection:
        if self._work.broken:
            raise Unavailable(what=STORE)
        if self._work.connection is not None:
            return self._work.connection
        try:
            return await self._begun(self._work)
        except BaseException:
            self._work.broken = True
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or (isinstance(error, Conflict) and self._conflict_is_expected):
            return
        # Also after a cancellation, because the effect of the call is unknown.
        self._work.broken = True
        if isinstance(error, Conflict):
            raise violated(error) from error


def violated(conflict: Conflict) -> AssertionError:
    """Return the error for a constraint that no write should violate."""
    return AssertionError(f"a constraint of the store is violated: {conflict}")
