"""Consumers of messages for the tests of the event bus."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from solebook.ports.language.consumers import Consumer
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message, Queue

SUBJECT = "user.registered"
LONG = timedelta(hours=1)
"""Longer than any retry delay."""


class Handler:
    """Records its messages, and fails with the given exceptions first."""

    def __init__(self, *failures: BaseException) -> None:
        self.got: list[Message] = []
        self.failures = list(failures)

    async def __call__(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(message)


def consumer(
    name: str, handle: Callable[[Message], Awaitable[None]], subject: str = SUBJECT
) -> Consumer:
    return Consumer(name, subject, handle, Queue.TRADE)


def queued(name: str, handle: Callable[[Message], Awaitable[None]]) -> Consumer:
    return Consumer(name, SUBJECT, handle, queue=Queue.LETTERS)


class Gate:
    """Blocks each message until it is opened, and records which are under way."""

    def __init__(self) -> None:
        self.begun: list[Message] = []
        self.under_way: list[Message] = []
        self.done: list[Message] = []
        self._changed = asyncio.Condition()
        self._open: set[MessageId] = set()

    async def __call__(self, message: Message) -> None:
        async with self._changed:
            self.begun.append(message)
            self.under_way.append(message)
            try:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: message.id in self._open)
                self.done.append(message)
            finally:
                self.under_way.remove(message)
                self._changed.notify_all()

    async def open(self, *messages: Message) -> None:
        async with self._changed:
            self._open.update(message.id for message in messages)
            self._changed.notify_all()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until a condition is true; the test fails if that never happens."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(is_so)
