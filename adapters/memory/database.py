"""The store behind all memory adapters, and its transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from types import TracebackType
from typing import Any, Final, TypeVar

from ...ports.language.invariants import ensure
from ...ports.transaction import Transaction
from .tables import Tables

K = TypeVar("K")
V = TypeVar("V")

_MISSING: Final[Any] = object()
_AS_IT_IS = nullcontext()


class MemoryDatabase(Transaction):
    """Tables of frozen records with serialised, ambient transactions.

    One transaction at a time uses the tables, from its first call to its end; the others wait.
    Every change goes into an undo log. It is rolled back if an exception leaves the block, and
    undone temporarily if another task reads while the writer awaits. So readers see only committed
    data and never wait.

    An adapter calls `writing` before it changes a table, and reads within `reading`. It must not
    await between these calls and its use of the tables.
    """

    def __init__(self) -> None:
        self.tables = Tables()
        self._lock = asyncio.Lock()
        # Only the task that entered the outermost block is inside; tasks that it starts are not.
        self._inside: set[asyncio.Task[Any]] = set()
        self._holder: asyncio.Task[Any] | None = None
        self._changes: list[tuple[dict[Any, Any], Any, Any]] = []
        self._announcements: list[Callable[[], None]] = []

    # ---- the port ------------------------------------------------------------------------

    def __call__(self) -> AbstractAsyncContextManager[None]:
        return _Block(self)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        await self.writing()
        changes, announcements = len(self._changes), len(self._announcements)
        try:
            yield
        except BaseException:
            self._undo_after(changes)
            del self._announcements[announcements:]
            raise

    @property
    def is_open(self) -> bool:
        return bool(self._inside) and asyncio.current_task() in self._inside

    def announce(self, call: Callable[[], None]) -> None:
        ensure(self._holder is asyncio.current_task(), "an announcement follows a write")
        self._announcements.append(call)

    # ---- for the adapters ----------------------------------------------------------------

    async def writing(self) -> None:
        """Wait for the transaction's turn to write. Raises AssertionError outside a transaction."""
        ensure(await self._take_turn(), "the store is written inside `async with transaction()`")

    async def reading(self) -> AbstractContextManager[None]:
        """Return a context for reading, which must not await."""
        if await self._take_turn() or not self._changes:
            return _AS_IT_IS
        return self._without_uncommitted()

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Set a record of a table, or an entry of an index."""
        self._changes.append((table, key, table.get(key, _MISSING)))
        table[key] = value

    def remove(self, table: dict[K, V], key: K) -> None:
        """Remove a record of a table, or an entry of an index."""
        self._changes.append((table, key, table[key]))
        del table[key]

    # ---- blocks --------------------------------------------------------------------------

    def _enter(self, task: asyncio.Task[Any]) -> bool:
        """Open the outermost block of a task. Return False if the task has one."""
        if task in self._inside:
            return False
        self._inside.add(task)
        return True

    def _leave(self, task: asyncio.Task[Any], *, commit: bool) -> None:
        self._inside.remove(task)
        if self._holder is not task:
            return
        announcements, self._announcements = self._announcements, []
        if not commit:
            self._undo()
        self._changes = []
        self._holder = None
        self._lock.release()
        if commit:
            for announce in announcements:
                announce()

    async def _take_turn(self) -> bool:
        """Wait until no other transaction is under way. Return False outside a transaction."""
        if not self._inside:  # which is quicker to ask than who does
            return False
        task = asyncio.current_task()
        if task is None or task not in self._inside:
            return False
        if self._holder is not task:
            await self._lock.acquire()
            self._holder = task
        return True

    @contextmanager
    def _without_uncommitted(self) -> Iterator[None]:
        self._undo()
        try:
            yield
        finally:
            self._undo()

    def _undo_after(self, changes: int) -> None:
        """Roll back all changes after the first `changes`."""
        kept, self._changes = self._changes[:changes], self._changes[changes:]
        self._undo()
        self._changes = kept

    def _undo(self) -> None:
        """Undo all uncommitted changes. A second call redoes them."""
        undone = []
        for table, key, before in reversed(self._changes):
            undone.append((table, key, table.get(key, _MISSING)))
            if before is _MISSING:
                del table[key]
            else:
                table[key] = before
        self._changes = undone


class _Block(AbstractAsyncContextManager[None]):
    """One `async with transaction():` block."""

    __slots__ = ("_database", "_opened_by")

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._opened_by: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a transaction belongs to a task"
        if self._database._enter(task):
            self._opened_by = task

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened_by is not None:
            self._database._leave(self._opened_by, commit=kind is None)


class MemoryAdapter:
    """The base class of adapters on a MemoryDatabase."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._tables = database.tables
