"""Messages over one subject of NATS core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.aio.msg import Msg

from ..streams.channel import Hear, Missed, Transport
from .network import Network


class NatsSubject(Transport):
    """A subject, on which messages are lost exactly while a connection is."""

    def __init__(self, network: Network, subject: str) -> None:
        self._network = network
        self._subject = subject

    @property
    def name(self) -> str:
        return self._subject

    async def publish(self, payload: bytes) -> None:
        await self._network.publish(self._subject, payload)

    @asynccontextmanager
    async def listening(self, hear: Hear, missed: Missed) -> AsyncIterator[None]:
        async def receive(message: Msg) -> None:
            await hear(message.data)

        self._network.on_reconnect(missed)
        try:
            subscription = await self._network.subscribe(self._subject, receive)
            try:
                yield
            finally:
                await self._network.unsubscribe(subscription)
        finally:
            self._network.forget(missed)
