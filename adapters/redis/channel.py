"""Messages over one channel of Redis pub/sub."""

from contextlib import AbstractAsyncContextManager

from ..streams.channel import Hear, Missed, Transport
from .connection import RedisConnection
from .subscription import Subscription


class RedisChannel(Transport):
    """A channel, on which messages are lost while Redis is away or a subscription is lost."""

    def __init__(self, connection: RedisConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    async def publish(self, payload: bytes) -> None:
        await self._connection.call("PUBLISH", self._name, payload)

    def listening(self, hear: Hear, missed: Missed) -> AbstractAsyncContextManager[None]:
        return Subscription(self._connection, self._name).open(hear, missed)
