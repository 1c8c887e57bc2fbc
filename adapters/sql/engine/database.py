"""The store's connections and its ambient transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from contextvars import ContextVar
from typing import Any, Self

from ....ports.cipher import Cipher
from ....ports.language.errors import Unavailable
from ...decorators.server_calls import ServerCalls
from ...security.aes_cipher import NO_CIPHER
from .condition import Condition
from .driver import Connection, Write
from .drivers import driver_of
from .errors import STORE, Conflict
from .finished import finished
from .limits import Limits
from .snapshot import SqlSnapshot
from .statement import Row, Statement
from .told import Told, ToldUse
from .waiting import Waiting
from .work import Call, Work, violated


class SqlDatabase:
    """Runs statements, in the current task's transaction or without one.

    Without a transaction, reads see only committed data.
    """

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        *,
        name: str = "solebook",
        required: bool = True,
        cipher: Cipher = NO_CIPHER,
    ) -> None:
        """Create a database, whose personal values the `cipher` seals. `name` tells its server who
        is connected. One that is not `required` may be away at first. Raises ValueError for an
        unsupported URL.
        """
        self._required, self.cipher = required, cipher
        self._driver = driver_of(url, limits or Limits(), name)
        self.dialect = self._driver.dialect
        self.pools = self._driver.pools
        self.condition = Condition()
        self._calls = ServerCalls("store" if required else "replica")
        self._is_open = False
        self._work: ContextVar[Work | None] = ContextVar("work", default=None)

    # ---- life ----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Connect, so that an unusable database is detected at once. Raises Unavailable."""
        try:
            await self._driver.open()
        except Unavailable:
            if self._required:
                raise
        self._is_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for running work to end, and disconnect."""
        self._is_open = False
        await finished(self._driver.close())

    # ---- transactions --------------------------------------------------------------------

    @property
    def in_transaction(self) -> bool:
        """Whether the current task is inside a transaction."""
        return self._current() is not None

    @asynccontextmanager
    async def transaction(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """Commit all writes of the current task inside, or none; see the Transaction port.

        An urgent one goes before others that wait for their turn to write.
        """
        if self._current() is not None:
            yield
            return
        work = Work(asyncio.current_task(), urgent)
        token = self._work.set(work)
        try:
            yield
            if work.connection is not None:
                await self.flush()
        except BaseException as error:
            self._note(error)
            if work.connection is not None:
                await finished(self._driver.undo(work.connection))
            raise
        else:
            if work.connection is not None:
                await finished(self._conclude(work, work.connection))
            elif work.waiting.rows:
                await finished(self._write_at_once(work))
        finally:
            self._work.reset(token)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Roll back only the writes inside if an exception leaves the block."""
        work = self._inside()
        if work.broken:
            raise Unavailable(what=STORE)
        connection = await self._begun(work)
        announcements = len(work.announcements)
        waiting = work.waiting.copy()
        await connection.set_savepoint()
        try:
            yield
            if work.broken:
                raise Unavailable(what=STORE)
        except BaseException:
            del work.announcements[announcements:]
            work.waiting = waiting
            await self._undo_step(work, connection)
            raise
        await connection.release_savepoint()

    async def _undo_step(self, work: Work, connection: Connection) -> None:
        work.broken = True
        try:
            await connection.undo_savepoint()
        except AssertionError as error:
            # The database rolled back the whole transaction, including the savepoint.
            raise Unavailable(what=STORE) from error
        work.broken = False

    def _note(self, error: BaseException) -> None:
        self.condition.note(self._driver.trouble_of(error.__cause__))

    def announce(self, call: Callable[[], None]) -> None:
        """Call `call` after the current transaction is committed, or may be."""
        work = self._inside()
        work.announcements.append(call)

    def _current(self) -> Work | None:
        # A task inherits the context of its creator, but not the creator's transaction.
        work = self._work.get()
        return work if work is not None and work.owner is asyncio.current_task() else None

    def _inside(self) -> Work:
        work = self._current()
        assert work is not None, _OUTSIDE
        return work

    async def _conclude(self, work: Work, connection: Connection) -> None:
        work.connection = None
        if work.broken:
            await self._driver.undo(connection)
            raise Unavailable(what=STORE)
        try:
            with Told(self._calls, name="store commit"):
                await self._driver.commit(connection)
            self.condition.note_commit()
        except Unavailable as error:
            self._note(error)
            raise
        finally:
            self._announce(work)

    async def _write_at_once(self, work: Work) -> None:
        """Write what a transaction that has not begun wants to write, and commit it."""
        if work.broken or not self._is_open:
            raise Unavailable(what=STORE)
        try:
            writes = self._writes(work.waiting.rows, work.waiting.must_change)
            with Told(self._calls, work.waiting.rows):
                await self._driver.write(writes, urgent=work.is_urgent)
            self.condition.note_commit()
        except Unavailable as error:
            self._note(error)
            raise
        except Conflict as conflict:
            raise violated(conflict) from conflict
        finally:
            self._announce(work)

    @staticmethod
    def _announce(work: Work) -> None:
        """Announce what was written, also after a failure: it may be committed all the same."""
        for announcement in work.announcements:
            announcement()

    def _writes(
        self, rows: Mapping[Statement, Sequence[Mapping[str, Any]]], must_change: Set[Statement]
    ) -> list[Write]:
        return [
            Write(compiled, compiled.write_columns(values), statement in must_change)
            for statement, values in rows.items()
            for compiled in [statement.compiled(self.dialect, self.cipher)]
        ]

    # ---- statements ----------------------------------------------------------------------

    async def rows(
        self, statement: Statement, key: Hashable | None = None, /, **values: Any
    ) -> list[Row]:
        """Run a statement and return its rows. Raises Unavailable.

        A statement that only concerns the row with a `key` leaves those of `write_later` waiting
        that have others.
        """
        work = await self._up_to_date(statement, key)
        compiled = statement.compiled(self.dialect, self.cipher, in_transaction=work is not None)
        try:
            async with self._connection(work, statement) as connection:
                written = compiled.write(values)
                if statement.writes:
                    rows = await connection.fetch_written(
                        compiled.sql, written, long=statement.long
                    )
                else:
                    rows = await connection.fetch(compiled.sql, written)
        except Unavailable as error:
            self._note(error)
            raise
        return compiled.read(rows)

    async def first(
        self, statement: Statement, key: Hashable | None = None, /, **values: Any
    ) -> Row | None:
        """Run a statement and return its first row, or None; see `rows`. Raises Unavailable."""
        rows = await self.rows(statement, key, **values)
        return rows[0] if rows else None

    async def stream(self, statement: Statement, /, **values: Any) -> AsyncIterator[Row]:
        """Run a query and yield any number of rows as of one instant. Raises Unavailable.

        It uses its own connection and sees committed data only.
        """
        compiled = statement.compiled(self.dialect, self.cipher)
        async with aclosing(self._driver.stream(compiled.sql, compiled.write(values))) as portions:
            async for rows in portions:
                for row in compiled.read(rows):
                    yield row

    async def stream_own(self, statement: Statement, /) -> AsyncIterator[list[Row]]:
        """Run a query in the transaction, whose writes it sees, and yield its rows in batches.

        Raises Unavailable.
        """
        await self._up_to_date(statement)
        compiled = statement.compiled(self.dialect, self.cipher)
        async with self._connection(self._inside(), statement) as connection:
            async for rows in connection.stream(compiled.sql, compiled.write({})):
                yield compiled.read(rows)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlSnapshot]:
        """Yield a snapshot of the committed data, on its own connection. Raises Unavailable."""
        if not self._is_open:
            raise Unavailable(what=STORE)
        async with self._driver.snapshot() as snapshot:
            yield SqlSnapshot(snapshot, self.dialect, self.cipher)

    async def execute(self, statement: Statement, /, **values: Any) -> int:
        """Run a write statement and return the number of changed rows. Raises Unavailable."""
        work = await self._up_to_date(statement)
        compiled = statement.compiled(self.dialect, self.cipher)
        async with self._connection(work, statement) as connection:
            return await connection.execute(
                compiled.sql, compiled.write(values), long=statement.long
            )

    async def attempt(self, statement: Statement, /, **values: Any) -> int:
        """Run like `execute`, but if a constraint is violated, write nothing and raise Conflict."""
        work = await self._up_to_date(statement)
        compiled = statement.compiled(self.dialect, self.cipher)
        async with self._connection(work, statement, conflict_is_expected=True) as connection:
            return await connection.attempt(compiled.sql, compiled.write(values))

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run a statement for each mapping of values and return the number of changed rows."""
        if not (given := [*rows]):
            return 0
        work = await self._up_to_date(statement)
        compiled = statement.compiled(self.dialect, self.cipher)
        async with self._connection(work, statement) as connection:
            return await connection.execute_many(compiled.sql, compiled.write_rows(given))

    async def rows_of_many(
        self, statement: Statement, rows: Iterable[Mapping[str, Any]]
    ) -> list[Row]:
        """Run a write statement for each mapping of values and return all that it returns."""
        if not (given := [*rows]):
            return []
        work = await self._up_to_date(statement)
        compiled = statement.compiled(self.dialect, self.cipher)
        async with self._connection(work, statement) as connection:
            written = await connection.fetch_many(compiled.sql, compiled.write_rows(given))
        return compiled.read(written)

    def execute_later(
        self,
        statement: Statement,
        rows: Iterable[Mapping[str, Any]],
        *,
        must_change: bool = False,
    ) -> None:
        """Run a statement for these rows together with others, before the transaction commits.

        If each row `must_change` one, the transaction raises Unchanged if one did not, and writes
        nothing. Rows are written earlier if the transaction runs a statement on the same table.
        Where the transaction does nothing else, all of it is one message to the database.
        """
        work = self._inside()
        work.waiting.add(statement, rows, must_change=must_change)

    async def write_later(
        self,
        statement: Statement,
        key: Hashable,
        row: Mapping[str, Any],
        *,
        must_change: bool = False,
    ) -> None:
        """Run a statement for the row with this key like `execute_later`.

        The transaction has locked the row, or nobody else writes it. Statements that only concern
        rows with other keys do not write it earlier.
        """
        work = self._inside()
        if work.waiting.concern(statement, key):
            await self.flush()
        work.waiting.add(statement, [row], must_change=must_change, key=key)

    async def _up_to_date(self, statement: Statement, key: Hashable | None = None) -> Work | None:
        """Write what waits if the statement may see it, and return the current task's work."""
        work = self._current()
        if work is not None and work.waiting.rows and work.waiting.concern(statement, key):
            await self.flush()
        return work

    async def flush(self) -> None:
        """Write what waits for the end now, if the current task is in a transaction."""
        work = self._current()
        if work is not None and work.waiting.rows:
            await self.execute_together({})

    async def execute_together(
        self, writes: Mapping[Statement, Iterable[Mapping[str, Any]]]
    ) -> list[int]:
        """Run write statements, each for its mappings of values, and write what waits for the end.

        No row may be written by two of them. Returns how many rows each of `writes` changed.
        """
        work = self._inside()
        rows = {statement: [*values] for statement, values in writes.items()}
        waiting, work.waiting = work.waiting, Waiting()
        for statement, values in waiting.in_order():
            rows.setdefault(statement, []).extend(values)
        some = {statement: values for statement, values in rows.items() if values}
        if not some:
            return [0] * len(writes)
        written = self._writes(some, waiting.must_change)
        async with self._connection(work, *some) as connection:
            changed = dict(zip(some, await connection.execute_together(written), strict=True))
        return [changed.get(statement, 0) for statement in writes]

    async def lock(self, *names: str) -> None:
        """Block other transactions that lock one of these names until this one ends.

        A name serialises a decision for which no row exists that could be locked. Names are locked
        in one sequence, so that two calls cannot deadlock.
        """
        work = self._inside()
        if names:
            async with self._connection(work) as connection:
                await connection.lock(names)

    # ---- connections ---------------------------------------------------------------------

    def _connection(
        self, work: Work | None, *statements: Statement, conflict_is_expected: bool = False
    ) -> AbstractAsyncContextManager[Connection]:
        told = Told(self._calls, statements, "" if statements else "store lock")
        if work is not None:
            return ToldUse(told, Call(self._begun, work, conflict_is_expected))
        assert not any(statement.writes for statement in statements), _OUTSIDE
        if not self._is_open:
            raise Unavailable(what=STORE)
        return ToldUse(told, self._driver.reading())

    async def _begun(self, work: Work) -> Connection:
        if work.connection is None:
            if not self._is_open:
                raise Unavailable(what=STORE)
            work.connection = await self._driver.begin(urgent=work.is_urgent)
        return work.connection


_OUTSIDE = "write to the store inside `async with transaction():`, in the same task"
