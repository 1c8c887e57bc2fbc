"""The store's connections and its ambient transactions."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from sqlalchemy import String, bindparam, select

from ....ports.language.errors import Unavailable
from .constructs import advisory_lock
from .errors import STORE, Conflict
from .finished import finished
from .sqlite import DIALECT, SqliteConnection, path_of
from .statement import Row, Statement
from .writer import SqliteWriter

_log = logging.getLogger(__name__)

_LOCK = Statement(select(advisory_lock(bindparam("name", type_=String)).label("locked")))


@dataclass(slots=True, eq=False)
class _Work:
    """What the outermost transaction of a task has done so far."""

    owner: asyncio.Task[Any] | None
    begun: bool = False
    """From the first call on, the work has its turn to write."""
    broken: bool = False
    """A call did not come to its end, so nothing more is written and nothing is committed."""
    announcements: list[Callable[[], None]] = field(default_factory=list)


class _Call(AbstractAsyncContextManager[SqliteConnection]):
    """The use of the connection for one statement of a transaction."""

    __slots__ = ("_conflict_is_expected", "_database", "_work")

    def __init__(self, database: "SqlDatabase", work: _Work, conflict_is_expected: bool) -> None:
        self._database = database
        self._work = work
        self._conflict_is_expected = conflict_is_expected

    async def __aenter__(self) -> SqliteConnection:
        if self._work.broken:
            raise Unavailable(what=STORE)
        try:
            return await self._database._begun(self._work)
        except BaseException:
            self._work.broken = True
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        conflict = isinstance(error, Conflict)
        if error is None or (conflict and self._conflict_is_expected):
            return
        # Also a cancellation: whether the call did what it was to do is not known.
        self._work.broken = True
        if conflict:
            raise AssertionError(f"a constraint of the store is broken: {error}") from error


class SqlDatabase:
    """One SQLite file: a connection that writes, for one transaction at a time, and some that read.

    Readers never wait for a writer: they see what was committed last.
    """

    def __init__(self, url: str, *, readers: int = 4, patience: float = 10.0) -> None:
        """Describe a database; `patience` is how many seconds to wait for a turn (Unavailable).

        Raises ValueError for a URL that names no file, or another kind of database.
        """
        self.dialect = DIALECT
        self._path = path_of(url)
        self._patience = patience
        self._readers = readers
        self._idle: list[SqliteConnection] = []
        self._reading = asyncio.Semaphore(readers)
        self._writer = SqliteWriter(self._path, patience=patience)
        self._is_open = False
        self._work: ContextVar[_Work | None] = ContextVar("work", default=None)

    # ---- life ----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Connect, so that a file that cannot be used is told at once. Raises Unavailable."""
        await self._writer.open()
        self._is_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what is under way come to its end, and disconnect."""
        self._is_open = False
        await finished(self._close())

    async def _close(self) -> None:
        await self._writer.close()
        try:
            async with asyncio.timeout(self._patience):
                for _ in range(self._readers):
                    await self._reading.acquire()
        except TimeoutError:
            _log.warning("disconnecting from the store while it is read")
        while self._idle:
            await self._idle.pop().close()

    # ---- transactions --------------------------------------------------------------------

    @property
    def in_transaction(self) -> bool:
        """Whether the current task is inside a block."""
        return self._current() is not None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit all that the current task writes inside, or nothing; see the Transaction port."""
        if self._current() is not None:
            yield
            return
        work = _Work(asyncio.current_task())
        token = self._work.set(work)
        try:
            yield
        except BaseException:
            if work.begun:
                await finished(self._give_up(work))
            raise
        else:
            if work.begun:
                await finished(self._conclude(work))
        finally:
            self._work.reset(token)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Let what the current transaction writes inside be undone by itself."""
        work = self._current()
        assert work is not None, _OUTSIDE
        if work.broken:
            raise Unavailable(what=STORE)
        connection = await self._begun(work)
        announcements = len(work.announcements)
        await connection.execute("SAVEPOINT step", ())
        try:
            yield
            if work.broken:
                raise Unavailable(what=STORE)
        except BaseException:
            del work.announcements[announcements:]
            await self._undo_step(work, connection)
            raise
        await connection.execute("RELEASE step", ())

    async def _undo_step(self, work: _Work, connection: SqliteConnection) -> None:
        work.broken = True
        try:
            await connection.execute("ROLLBACK TO step", ())
            await connection.execute("RELEASE step", ())
        except AssertionError as error:
            # SQLite gave up the whole transaction by itself, and the savepoint with it.
            raise Unavailable(what=STORE) from error
        work.broken = False

    def announce(self, call: Callable[[], None]) -> None:
        """Have `call` made once the current transaction is committed."""
        work = self._current()
        assert work is not None, _OUTSIDE
        work.announcements.append(call)

    def _current(self) -> _Work | None:
        # A task inherits the context that it was made in, but not what its maker is in the
        # middle of.
        work = self._work.get()
        return work if work is not None and work.owner is asyncio.current_task() else None

    async def _conclude(self, work: _Work) -> None:
        if work.broken:
            await self._give_up(work)
            raise Unavailable(what=STORE)
        work.begun = False
        await self._writer.conclude()
        for announcement in work.announcements:
            announcement()

    async def _give_up(self, work: _Work) -> None:
        work.begun = False
        await self._writer.undo()

    # ---- statements ----------------------------------------------------------------------

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Run a statement and return its rows. Raises Unavailable."""
        compiled = statement.compiled(self.dialect, in_transaction=self.in_transaction)
        async with self._connection(writes=statement.writes) as connection:
            written = compiled.write(values)
            if statement.writes:
                rows = await connection.fetch_written(compiled.sql, written, long=statement.long)
            else:
                rows = await connection.fetch(compiled.sql, written)
        return compiled.read(rows)

    async def first(self, statement: Statement, /, **values: Any) -> Row | None:
        """Run a statement and return its first row, if it has any. Raises Unavailable."""
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    async def stream(self, statement: Statement, /, **values: Any) -> AsyncIterator[Row]:
        """Run a query and yield its rows as of one instant, however many. Raises Unavailable.

        It has a connection of its own and sees what is committed.
        """
        compiled = statement.compiled(self.dialect)
        connection = await SqliteConnection.open(self._path, read_only=True)
        try:
            async for rows in connection.stream(compiled.sql, compiled.write(values)):
                for row in compiled.read(rows):
                    yield row
        finally:
            await finished(connection.close())

    async def execute(self, statement: Statement, /, **values: Any) -> int:
        """Run a statement that writes and return how many rows it changed. Raises Unavailable."""
        compiled = statement.compiled(self.dialect)
        async with self._connection(writes=True) as connection:
            return await connection.execute(
                compiled.sql, compiled.write(values), long=statement.long
            )

    async def attempt(self, statement: Statement, /, **values: Any) -> int:
        """Like `execute`, but a constraint may refuse it: Conflict, and nothing was written."""
        compiled = statement.compiled(self.dialect)
        async with self._connection(writes=True, conflict_is_expected=True) as connection:
            return await connection.execute(compiled.sql, compiled.write(values))

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run a statement for each mapping of values and return how many rows were changed."""
        assert self._current() is not None, _OUTSIDE
        compiled = statement.compiled(self.dialect)
        written = [compiled.write(values) for values in rows]
        if not written:
            return 0
        async with self._connection(writes=True) as connection:
            return await connection.execute_many(compiled.sql, written)

    async def lock(self, *names: str) -> None:
        """Keep other transactions that lock one of these names out until the end of this one.

        A name stands for what must be decided by one at a time although no row is there to be
        locked. Names are locked in one order, so that no two calls wait for each other.
        """
        assert self._current() is not None, _OUTSIDE
        for name in sorted(names):
            await self.rows(_LOCK, name=name)

    # ---- connections ---------------------------------------------------------------------

    def _connection(
        self, *, writes: bool, conflict_is_expected: bool = False
    ) -> AbstractAsyncContextManager[SqliteConnection]:
        work = self._current()
        if work is not None:
            return _Call(self, work, conflict_is_expected)
        assert not writes, _OUTSIDE
        return self._reader()

    async def _begun(self, work: _Work) -> SqliteConnection:
        if not work.begun:
            if not self._is_open:
                raise Unavailable(what=STORE)
            connection = await self._writer.begin()
            work.begun = True
            return connection
        return self._writer.connected

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[SqliteConnection]:
        await self._take_reader()
        try:
            if self._idle:
                reader = self._idle.pop()
            else:
                reader = await SqliteConnection.open(self._path, read_only=True)
            sound = True
            try:
                yield reader
            except Unavailable:
                sound = False
                raise
            finally:
                if sound:
                    self._idle.append(reader)
                else:
                    await finished(reader.close())
        finally:
            self._reading.release()

    async def _take_reader(self) -> None:
        if not self._is_open:
            raise Unavailable(what=STORE)
        try:
            async with asyncio.timeout(self._patience if self._reading.locked() else None):
                await self._reading.acquire()
        except TimeoutError:
            raise Unavailable(what=STORE) from None


_OUTSIDE = "the store is written inside `async with transaction():` and by the same task"
