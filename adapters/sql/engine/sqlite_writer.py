"""The connection that writes, with group commit."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from ....ports.language.errors import Unavailable, with_cause
from ....ports.language.pools import PoolUse, PoolWaits
from .errors import STORE
from .sqlite_connection import SqliteConnection
from .turns import Turns

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Group:
    """Transactions that are committed together."""

    concluded: int = 0
    """The number of transactions that wait for the COMMIT."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    failed: bool = False
    failure: Exception | None = None
    """What the COMMIT failed with."""
    commit: asyncio.Task[None] | None = None


class SqliteWriter:
    """Gives transactions their turns to write, first in, first out, but urgent ones first.

    A COMMIT waits for the disk. Therefore, when a transaction concludes, those that wait for their
    turn are written first, each in its own savepoint, and all are committed together (group
    commit). Each returns after the COMMIT. Rolling back one does not affect the others.
    """

    def __init__(self, path: Path, *, patience: float) -> None:
        """Create a writer; `patience` is how many seconds to wait for a turn (Unavailable)."""
        self._path = path
        self._patience = patience
        self._connection: SqliteConnection | None = None
        self._turns = Turns()
        self._waits = PoolWaits()
        self._group: _Group | None = None
        """The transactions since the last COMMIT; None if none has begun."""
        self._is_urgent = False
        """Whether the current turn is urgent."""

    @property
    def use(self) -> PoolUse:
        """How many transactions write, and wait for their turn."""
        return PoolUse(1, int(self._turns.is_taken), self._turns.waiting, self._waits)

    async def open(self) -> None:
        """Connect. Raises Unavailable."""
        self._connection = await SqliteConnection.open(self._path)

    async def close(self) -> None:
        """Disconnect when no transaction is under way, or after the timeout."""
        try:
            await self._take_turn()
        except Unavailable:
            _log.warning("disconnecting from the store although a write is under way")
        else:
            if self._group is not None:
                await self._commit(self._group)
            else:
                self._turns.end()
        await self._disconnect()

    async def begin(self, *, urgent: bool = False) -> SqliteConnection:
        """Wait for a turn and return the connection with a transaction begun.

        An urgent one has the next turn, and is committed without those who wait.
        """
        await self._take_turn(urgent=urgent)
        self._is_urgent = urgent
        try:
            if self._connection is None:
                await self.open()
            connection = self.connected
            if self._group is None:
                await connection.begin()
                self._group = _Group()
            await connection.execute("SAVEPOINT part", ())
        except BaseException:
            try:
                if self._group is not None:
                    await self._undo_group()
            finally:  # also if it is cancelled once more meanwhile
                self._turns.end()
            raise
        return connection

    @property
    def connected(self) -> SqliteConnection:
        """Return the connection. Raises Unavailable if it was lost."""
        if self._connection is None:
            raise Unavailable(what=STORE)
        return self._connection

    async def conclude(self) -> None:
        """End the turn, and return when its writes are durable. Raises Unavailable."""
        group = self._begun_group()
        try:
            await self.connected.execute("RELEASE part", ())
        except BaseException:
            try:
                await self._undo_group()
            finally:
                self._turns.end()
            raise
        group.concluded += 1
        if self._is_urgent:
            await self._commit(group)
        else:
            if group.commit is None:
                group.commit = asyncio.create_task(self._commit_after_those_who_wait(group))
            self._turns.end()
            await group.ended.wait()
        if group.failed:
            raise Unavailable(what=STORE) from group.failure

    async def undo(self) -> None:
        """Roll back the writes of this turn, and end it."""
        group = self._begun_group()
        try:
            if group.concluded:
                await self.connected.execute("ROLLBACK TO part", ())
                await self.connected.execute("RELEASE part", ())
            else:
                await self._undo_group()
        except (Unavailable, AssertionError):
            # SQLite has rolled back the whole transaction, including the writes of the others.
            await self._undo_group()
        finally:
            self._turns.end()

    async def _take_turn(self, *, urgent: bool = False) -> None:
        if not self._turns.is_taken:
            await self._turns.take(urgent=urgent)  # at once
            return
        began = perf_counter()
        try:
            async with asyncio.timeout(self._patience):
                await self._turns.take(urgent=urgent)
        except TimeoutError:
            busy = TimeoutError(f"it was not its turn to write within {self._patience:g} s")
            raise Unavailable(what=STORE) from busy
        finally:
            self._waits.note(perf_counter() - began)

    async def _commit_after_those_who_wait(self, group: _Group) -> None:
        await self._turns.take()
        if group.ended.is_set():
            self._turns.end()
        else:
            await self._commit(group)

    async def _commit(self, group: _Group) -> None:
        """Commit the group, and end the turn."""
        try:
            await self.connected.commit()
        except (Unavailable, AssertionError) as error:
            defect = None if isinstance(error, Unavailable) else error
            _log.warning("a commit failed: %s", with_cause(error), exc_info=defect)
            group.failure = error.__cause__ if isinstance(error.__cause__, Exception) else error
            await self._undo_group()
        except BaseException:
            await self._undo_group()
            raise
        else:
            self._group = None
            group.ended.set()
        finally:
            self._turns.end()

    async def _undo_group(self) -> None:
        """Roll back the group. The transactions that wait for its COMMIT fail."""
        group, self._group = self._begun_group(), None
        try:
            if self._connection is not None:
                await self._connection.rollback()
        except (Unavailable, AssertionError):
            # Closing the connection ends the transaction in any case.
            _log.warning("a transaction could not be rolled back; reconnecting", exc_info=True)
            await self._disconnect()
        except BaseException:
            # It was cancelled, and nobody knows how far the rollback came.
            await asyncio.shield(self._disconnect())
            raise
        finally:
            group.failed = True
            group.ended.set()

    def _begun_group(self) -> _Group:
        assert self._group is not None, "no transaction has begun"
        return self._group

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
