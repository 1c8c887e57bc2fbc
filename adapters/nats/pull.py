"""Receives the messages of a consumer of a stream."""

import asyncio
from types import TracebackType
from typing import Self

import msgspec
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from .network import Network

_BATCH = 64
"""How many messages are requested at once."""
_WAIT = 30.0
"""Seconds for which the broker keeps a request."""
_GRACE = 2.0
"""How much later than promised the broker may say that a request is over."""
_NANOSECONDS = 1_000_000_000
_OVER = {"404", "408"}
"""Statuses that end a request: no messages, and its time is over."""


class Interrupted(Exception):
    """The connection was lost, or the consumer is gone: messages may be missing."""


class Pull:
    """Messages of one consumer in the order of the stream, from now until an interruption."""

    def __init__(self, network: Network, *, stream: str, consumer: str) -> None:
        self._network = network
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._inbox = network.new_inbox()
        self._arrived: asyncio.Queue[Msg | None] = asyncio.Queue()
        self._subscription: Subscription | None = None
        self._left = 0
        """How many messages the current request may still bring."""

    async def __aenter__(self) -> Self:
        """Subscribe. Raises Unavailable."""
        self._network.on_reconnect(self._interrupt)
        self._subscription = await self._network.subscribe(self._inbox, self._arrived.put)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unsubscribe, which ends the request."""
        self._network.forget(self._interrupt)
        if self._subscription is not None:
            await self._network.unsubscribe(self._subscription)

    def _interrupt(self) -> None:
        self._arrived.put_nowait(None)

    async def portion(self) -> list[Msg]:
        """Wait for messages, and return those that are there. Raises Interrupted, Unavailable."""
        while True:
            if self._left <= 0:
                await self._request()
            messages: list[Msg] = []
            try:
                async with asyncio.timeout(_WAIT + _GRACE):
                    self._take(await self._arrived.get(), messages)
            except TimeoutError:
                self._left = 0  # the end of the request was lost
                continue
            while not self._arrived.empty():
                self._take(self._arrived.get_nowait(), messages)
            if messages:
                return messages

    async def acknowledge(self, message: Msg) -> None:
        """Tell the broker that this message and all before it were handled. Raises Unavailable."""
        await self._network.publish(message.reply, b"+ACK")

    async def _request(self) -> None:
        asked = {"batch": _BATCH, "expires": int(_WAIT * _NANOSECONDS)}
        await self._network.publish(self._next, msgspec.json.encode(asked), reply=self._inbox)
        self._left = _BATCH

    def _take(self, message: Msg | None, messages: list[Msg]) -> None:
        if message is None:
            raise Interrupted("the connection was lost")
        headers = message.headers or {}
        status = headers.get("Status")
        if status is None:
            self._left -= 1
            messages.append(message)
        elif status in _OVER:
            self._left = 0
        else:
            raise Interrupted(f"{status} {headers.get('Description', '')}")
