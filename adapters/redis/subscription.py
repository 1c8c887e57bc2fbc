"""Messages of Redis pub/sub, as far as they are heard."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from redis.asyncio.client import PubSub

from ...ports.language.reminders import Reminders
from .client_errors import FAILURES, noticing_cancellation
from .connection import REDIS, RedisConnection

_log = logging.getLogger(__name__)

Hear: TypeAlias = Callable[[bytes], Awaitable[None]]
Missed: TypeAlias = Callable[[], None]

_BEAT = 1.0
"""Seconds without a message after which the server is asked for a sign of life."""
_SILENCE = 2.0
"""Seconds without a sign of life after which messages may be lost."""
_PAUSE = 0.25
"""Seconds between two attempts to subscribe."""


class Subscription:
    """Hears what any process publishes on a channel, and subscribes again whenever it was lost.

    Redis keeps no message for whoever does not listen. A connection that is there loses none, so
    messages may have been missed exactly when the subscription begins, for the first time too.
    """

    def __init__(
        self,
        connection: RedisConnection,
        channel: str,
        *,
        beat: float = _BEAT,
        silence: float = _SILENCE,
        pause: float = _PAUSE,
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._beat, self._silence, self._pause = beat, silence, pause
        self._reminders = Reminders()
        self.is_heard = False
        """Whether messages arrive at the moment, as far as can be known."""

    @asynccontextmanager
    async def open(self, hear: Hear, missed: Missed) -> AsyncIterator[None]:
        """Listen until the block is left, which is entered whether Redis answers or not.

        `hear` gets each message. `missed` is called when messages may have been lost: when the
        subscription was lost, and when it begins. Both must be fast.
        """
        listening = asyncio.create_task(
            self._listen(hear, missed), name=f"listener of {self._channel}"
        )
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, hear: Hear, missed: Missed) -> None:
        while True:
            try:
                async with self._connection.pubsub() as pubsub:
                    await self._begin(pubsub)
                    self.is_heard = True
                    missed()
                    await self._hear_all(pubsub, hear, missed)
            except FAILURES as error:
                self._lost(error)
            except Exception:  # noqa: BLE001  # whatever it is, listening goes on
                _log.exception("nothing is heard on %s", self._channel)
            finally:
                if self.is_heard:
                    self.is_heard = False
                    missed()
            await self._connection.stopwatch.sleep(self._pause)

    async def _begin(self, pubsub: PubSub) -> None:
        stopwatch = self._connection.stopwatch
        give_up_at = stopwatch.elapsed() + self._silence
        async with noticing_cancellation():
            await pubsub.subscribe(self._channel)
        while stopwatch.elapsed() < give_up_at:
            message = await pubsub.get_message(timeout=self._silence)
            if message is not None and message["type"] == "subscribe":
                return
        raise TimeoutError(f"it did not answer for {self._silence:g} s")

    async def _hear_all(self, pubsub: PubSub, hear: Hear, missed: Missed) -> None:
        stopwatch = self._connection.stopwatch
        heard_at = stopwatch.elapsed()
        while True:
            message = await pubsub.get_message(timeout=self._beat)
            if message is not None:
                heard_at = stopwatch.elapsed()
                await self._pass_on(message, hear, missed)
            elif stopwatch.elapsed() - heard_at >= self._silence:
                raise TimeoutError(f"nothing was heard for {self._silence:g} s")
            else:
                async with noticing_cancellation():
                    await pubsub.ping()

    async def _pass_on(self, message: dict[str, Any], hear: Hear, missed: Missed) -> None:
        if message["type"] == "subscribe":
            missed()  # the client has connected and subscribed again by itself
        if message["type"] != "message":
            return
        try:
            await hear(message["data"])
        except Exception:  # noqa: BLE001  # the next message may be understood
            _log.exception("a message on %s was not understood", self._channel)
            missed()

    def _lost(self, error: BaseException) -> None:
        why = str(error) or type(error).__name__
        if self._reminders.is_due(REDIS, why, self._connection.stopwatch.elapsed()):
            _log.warning("nothing is heard on %s until Redis answers: %s", self._channel, why)
