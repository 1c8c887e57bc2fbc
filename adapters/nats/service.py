"""A handler of the requests to one subject."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error

from ...ports.tenure import Tenure

_log = logging.getLogger(__name__)

_LOOK = 0.1
"""Seconds between two looks at whether a tenure is over."""

Handler: TypeAlias = Callable[[bytes], Awaitable[bytes | None]]
"""Returns the answer to a request, or None to leave it unanswered."""


class Service:
    """Answers requests concurrently, each in a task of its own.

    The client's own callback would handle one request after the other.
    """

    subscription: Subscription

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._under_way: set[asyncio.Task[None]] = set()

    async def receive(self, message: Msg) -> None:
        """Begin to answer a request."""
        task = asyncio.create_task(self._answer(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def end(self, tenure: Tenure | None = None) -> None:
        """Take no more requests, and answer those under way, unless the `tenure` is over."""
        with suppress(Error):  # the connection is closed
            await self.subscription.unsubscribe()
        while self._under_way and not (tenure is not None and tenure.is_over):
            await asyncio.wait(self._under_way, timeout=_LOOK)

    async def _answer(self, message: Msg) -> None:
        try:
            answer = await self._handler(message.data)
            if answer is not None and message.reply:
                await message.respond(answer)
        except Error as error:
            _log.warning("an answer to %s could not be sent: %s", message.subject, error)
        except Exception:  # noqa: BLE001  # it is a bug of the handler
            _log.exception("a request to %s was not answered", message.subject)
