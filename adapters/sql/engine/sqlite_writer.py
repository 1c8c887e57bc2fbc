"""The one connection that writes, and the commits that many transactions share."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path

from ....ports.language.errors import Unavailable
from .errors import STORE
from .sqlite_connection import SqliteConnection

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Group:
    """Transactions that are committed together."""

    concluded: int = 0
    """How many wait for the COMMIT."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    failed: bool = False
    commit: asyncio.Task[None] | None = None


class SqliteWriter:
    """Gives transactions their turns to write, in the order in which they came.

    A COMMIT waits for the disk. So the transactions that wait for their turn when one concludes are
    written first, each in a savepoint of its own, and then all are committed at once (group
    commit). Each returns when that is done. One that is undone leaves the others as they are.
    """

    def __init__(self, path: Path, *, patience: float) -> None:
        """Describe a writer; `patience` is how many seconds to wait for a turn (Unavailable)."""
        self._path = path
        self._patience = patience
        self._connection: SqliteConnection | None = None
        self._turn = asyncio.Lock()
        self._group: _Group | None = None
        """What was written since the last COMMIT; None while no transaction is begun."""

    async def open(self) -> None:
        """Connect. Raises Unavailable."""
        self._connection = await SqliteConnection.open(self._path)

    async def close(self) -> None:
        """Disconnect once nobody writes any more, or when patience is over."""
        try:
            await self._take_turn()
        except Unavailable:
            _log.warning("disconnecting from the store while it is in use")
        else:
            if self._group is not None:
                await self._commit(self._group)
            else:
                self._turn.release()
        await self._disconnect()

    async def begin(self) -> SqliteConnection:
        """Wait for a turn and return the connection, ready to write a transaction."""
        await self._take_turn()
        try:
            if self._connection is None:
                await self.open()
            connection = self.connected
            if self._group is None:
                await connection.begin()
                self._group = _Group()
            await connection.execute("SAVEPOINT part", ())
        except BaseException:
            if self._group is not None:
                await self._undo_group()
            self._turn.release()
            raise
        return connection

    @property
    def connected(self) -> SqliteConnection:
        """The connection. Raises Unavailable if it was lost."""
        if self._connection is None:
            raise Unavailable(what=STORE)
        return self._connection

    async def conclude(self) -> None:
        """End the turn, and return once what was written in it is durable. Raises Unavailable."""
        group = self._begun_group()
        try:
            await self.connected.execute("RELEASE part", ())
        except BaseException:
            await self._undo_group()
            self._turn.release()
            raise
        group.concluded += 1
        if group.commit is None:
            group.commit = asyncio.create_task(self._commit_after_those_who_wait(group))
        self._turn.release()
        await group.ended.wait()
        if group.failed:
            raise Unavailable(what=STORE)

    async def undo(self) -> None:
        """Undo what was written in this turn, and end it."""
        group = self._begun_group()
        try:
            if group.concluded:
                await self.connected.execute("ROLLBACK TO part", ())
                await self.connected.execute("RELEASE part", ())
            else:
                await self._undo_group()
        except (Unavailable, AssertionError):
            # SQLite gave up the whole transaction by itself, with what the others wrote.
            await self._undo_group()
        finally:
            self._turn.release()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self._patience if self._turn.locked() else None):
                await self._turn.acquire()
        except TimeoutError:
            raise Unavailable(what=STORE) from None

    async def _commit_after_those_who_wait(self, group: _Group) -> None:
        await self._turn.acquire()
        if group.ended.is_set():
            self._turn.release()
        else:
            await self._commit(group)

    async def _commit(self, group: _Group) -> None:
        """Commit all that was written, and end the turn in which it is done."""
        try:
            await self.connected.commit()
        except (Unavailable, AssertionError):
            _log.warning("a commit failed", exc_info=True)
            await self._undo_group()
        except BaseException:
            await self._undo_group()
            raise
        else:
            self._group = None
            group.ended.set()
        finally:
            self._turn.release()

    async def _undo_group(self) -> None:
        """Undo all that is not committed. Those who wait for the COMMIT are told that it failed."""
        group, self._group = self._begun_group(), None
        try:
            if self._connection is not None:
                await self._connection.rollback()
        except (Unavailable, AssertionError):
            # Whatever became of the transaction, closing the connection ends it.
            _log.warning("a transaction could not be undone; connecting again", exc_info=True)
            await self._disconnect()
        finally:
            group.failed = True
            group.ended.set()

    def _begun_group(self) -> _Group:
        assert self._group is not None, "no transaction is begun"
        return self._group

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
