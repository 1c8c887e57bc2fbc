"""Wake-ups between processes, with LISTEN and NOTIFY of PostgreSQL."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Self

from ....ports.language.errors import Unavailable
from ....ports.wakeups import Wakeups
from ...memory.wakeups import MemoryWakeups
from ..engine.finished import finished
from ..engine.limits import Limits
from ..engine.postgres_connection import PostgresConnection
from ..engine.postgres_url import data_source

_log = logging.getLogger(__name__)

CHANNEL = "solebook_wakeups"
_NOTIFY = "SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic"
_NO_SYNC = "SET synchronous_commit = off"
"""Notifications are lost with the server in any case, so their commits need no disk."""
_ALIVE = 10.0
"""The interval in seconds at which an idle connection is tried."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds before a lost connection is opened again: the first time, and at most."""
_GOODBYE = 1.0
_PAUSE = 0.005
"""Seconds after a notification in which others are collected for the next one.

Each one wakes every process, which takes longer than to handle a message."""
_LIMITS = Limits(connections=1, patience=1.0, connecting=2.0, statement=2.0)


class PostgresWakeups(Wakeups):
    """Keeps one connection, on which it listens and notifies.

    Wake-ups that are sent within a few milliseconds are one notification. While the connection is
    lost, other processes neither hear nor are heard; afterwards all subscribers are woken.
    """

    def __init__(self, url: str, who: str = "solebook") -> None:
        """Create it; `who` tells the server who is connected. Raises ValueError."""
        self._who = who
        self._source = data_source(url)
        self._here = MemoryWakeups()
        self._unsent: set[str] = set()
        self._has_news = asyncio.Event()
        """Whether there is something to send, or the connection is lost, or it ends."""
        self._ends = False
        self._task: asyncio.Task[None] | None = None

    def send(self, topic: str) -> None:
        self._here.send(topic)
        self._unsent.add(topic)
        self._has_news.set()

    def subscribe(self, topic: str, wake: Callable[[], None]) -> None:
        self._here.subscribe(topic, wake)

    async def __aenter__(self) -> Self:
        """Begin to connect. Nothing waits for the connection."""
        self._task = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Send what is not sent yet, if that is possible at once, and disconnect."""
        if self._task is not None:
            self._ends = True
            self._has_news.set()
            await asyncio.wait((self._task,), timeout=_GOODBYE)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_connected(self) -> None:
        pause, is_known = _FIRST_PAUSE, False
        while not self._ends:
            try:
                async with self._connected() as connection:
                    pause, is_known = _FIRST_PAUSE, True
                    await self._pass_on(connection)
            except (Unavailable, ValueError) as error:
                # At the start, whoever opens the store says why it cannot be reached.
                if is_known or pause == _LONGEST_PAUSE:
                    why = error.__cause__ or error
                    _log.warning("wake-ups between processes are lost for %.1f s: %s", pause, why)
            except Exception:  # noqa: BLE001  # trading goes on without wake-ups
                _log.exception("wake-ups between processes failed")
            if not self._ends:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[PostgresConnection]:
        """Connect and listen, and wake everyone, because something may have been missed."""
        connection = await PostgresConnection.open(self._source, _LIMITS, self._who)
        try:
            await connection.execute(_NO_SYNC, ())
            await connection.listen(CHANNEL, self._here.send, when_lost=self._has_news.set)
            self._here.send_all()
            self._has_news.set()
            yield connection
        finally:
            await finished(connection.close())

    async def _pass_on(self, connection: PostgresConnection) -> None:
        """Notify other processes of what is sent here. Raises Unavailable if they are lost."""
        while not self._ends or self._unsent:
            with suppress(TimeoutError):
                async with asyncio.timeout(_ALIVE):
                    await self._has_news.wait()
            self._has_news.clear()
            # What is sent from now on may come too late for this notification.
            topics, self._unsent = self._unsent, set()
            try:
                # Without topics, this tries whether the connection is alive.
                await connection.fetch(_NOTIFY, [CHANNEL, [*topics]])
            except BaseException:
                self._unsent |= topics
                raise
            if topics and not self._ends:
                await asyncio.sleep(_PAUSE)
