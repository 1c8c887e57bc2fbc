"""The journal of the embedded provider in a SQLite file."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from ...ports.language.errors import Unavailable
from ...ports.language.ids import OrderId
from .calls import Call, Request
from .journal import Journal
from .operations import Operation
from .outcomes import Outcome
from .provider import Provider

R = TypeVar("R")

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS calls (
        number INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        operation TEXT NOT NULL,
        target TEXT NOT NULL,
        amount INTEGER NOT NULL,
        order_id TEXT,
        outcome TEXT NOT NULL,
        reason TEXT
    )
"""
_READ = """
    SELECT key, operation, target, amount, order_id, outcome, reason
    FROM calls WHERE number > ? ORDER BY number
"""
_PAUSE = 0.02
"""Seconds between attempts to open a file that others open too."""
_APPEND = "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class _Consultation(NamedTuple):
    """Work on the provider, and the future for its answer."""

    work: Callable[[Provider], Any]
    answer: asyncio.Future[Any]


class SqliteJournal(Journal):
    """Appends each call to a SQLite file and syncs it to disk before the call is answered.

    Calls that arrive during a write are written together in the next transaction. Several processes
    may share the file: each reads the new calls of the others before its own work.
    """

    def __init__(self, path: Path, *, patience: float = 5.0) -> None:
        """Open or create the file. Raises OSError.

        `patience` is the timeout in seconds for the lock of another process.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _connect(path, patience)
        except sqlite3.Error as error:
            raise OSError(f"{path} cannot be used: {error}") from error
        self._provider = Provider()
        # One thread, so that SQLite's disk writes do not block the event loop.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embedded-provider")
        self._waiting: list[_Consultation] = []
        self._consulting: asyncio.Task[None] | None = None

    async def consult(self, work: Callable[[Provider], R]) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Consultation(work, answer))
        if self._consulting is None:
            self._consulting = asyncio.create_task(self._consult_all())
        return await answer

    def close(self) -> None:
        """Finish the running work and close the file. The journal cannot be used afterwards."""
        self._thread.shutdown()
        self._connection.close()

    async def _consult_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                portion, self._waiting = self._waiting, []
                works = [consultation.work for consultation in portion]
                try:
                    outcomes = await loop.run_in_executor(self._thread, self._outcomes, works)
                except RuntimeError as error:  # the journal is closed
                    outcomes = [error] * len(works)
                for consultation, outcome in zip(portion, outcomes, strict=True):
                    _answer(consultation.answer, outcome)
        finally:
            self._consulting = None

    def _outcomes(self, works: Sequence[Callable[[Provider], Any]]) -> list[Any]:
        """Return the answer or error of each work.

        All run in one transaction. If one fails, each runs in its own.
        """
        try:
            return self._in_one_transaction(works)
        except Unavailable as error:
            return [error] * len(works)
        except Exception as error:  # noqa: BLE001  # the error is returned to its caller
            if len(works) == 1:
                return [error]
            return [outcome for work in works for outcome in self._outcomes([work])]

    def _in_one_transaction(self, works: Sequence[Callable[[Provider], Any]]) -> list[Any]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._catch_up()
                known = len(self._provider.calls)
                answers = [work(self._provider) for work in works]
                self._append(known)
                self._connection.execute("COMMIT")
            except BaseException:
                # The provider may be ahead of the file now. Rebuild it from the file.
                self._provider = Provider()
                self._connection.rollback()
                raise
        except sqlite3.Error as error:
            raise Unavailable(what="the payment provider") from error
        return answers

    def _catch_up(self) -> None:
        """Apply new calls in the file: all calls at first, those of other processes later."""
        for row in self._connection.execute(_READ, (len(self._provider.calls),)):
            key, operation, target, amount, order_id, outcome, reason = row
            request = Request(
                key,
                Operation(operation),
                target,
                amount,
                None if order_id is None else OrderId(UUID(order_id)),
            )
            self._provider.apply(Call(request, Outcome(outcome), reason))

    def _append(self, known: int) -> None:
        """Write the calls after the first `known` ones."""
        for number, call in enumerate(self._provider.calls[known:], start=known + 1):
            request = call.request
            row = (
                number,
                request.key,
                request.operation,
                request.target,
                request.amount,
                None if request.order_id is None else str(request.order_id),
                call.outcome,
                call.reason,
            )
            self._connection.execute(_APPEND, row)


def _answer(answer: asyncio.Future[Any], outcome: Any) -> None:
    if answer.done():
        return  # the caller was cancelled
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open a journal, which other processes may open at the same moment.

    SQLite does not wait for a lock when two of them turn on the write-ahead log.
    """
    give_up_at = time.monotonic() + patience
    while True:
        try:
            return _opened(path, patience)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= give_up_at:
                raise
            time.sleep(_PAUSE)


def _opened(path: Path, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection
