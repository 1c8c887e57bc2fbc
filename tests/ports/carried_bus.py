"""A bus over NATS that, like the one in the process, has called all consumers when it returns."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from solebook.adapters.messaging.dispatcher import Dispatcher
from solebook.adapters.nats.event_stream import EventStream
from solebook.adapters.nats.jetstream import JetStream
from solebook.adapters.nats.nats_bus import NatsBus
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.subjects import RECEIVING_ROLES, EventNames
from solebook.adapters.security.aes_cipher import NO_CIPHER
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.messages import Message, Position, Queue


class CarriedBus(EventBus):
    """Receives all partitions of all roles, from the first message on."""

    def __init__(self, bus: NatsBus, stream: EventStream, jetstream: JetStream) -> None:
        self._bus = bus
        self._stream = stream
        self._jetstream = jetstream
        self._receiving: list[asyncio.Task[None]] = []

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        self._bus.subscribe(consumer, here=here)

    async def publish(self, *messages: Message) -> Position | None:
        if not self._receiving:
            self._receiving = [
                asyncio.create_task(self._bus.receive(role, partition, epoch=1, tenure=Unlimited()))
                for role in RECEIVING_ROLES
                for partition in range(self._bus.partitions)
            ]
        position = await self._bus.publish(*messages)
        while await self._is_under_way():
            for task in self._receiving:
                if task.done():
                    await task
        return position

    async def _is_under_way(self) -> bool:
        name = self._stream.names.stream
        info = await self._jetstream.ask(f"STREAM.INFO.{name}")
        return bool(info["state"]["messages"])

    async def stop(self) -> None:
        for task in self._receiving:
            task.cancel()
        await asyncio.gather(*self._receiving, return_exceptions=True)
        await self._jetstream.ask(f"STREAM.DELETE.{self._stream.names.stream}")

    async def work_off(self, queue: Queue) -> int:
        return await self._bus.work_off(queue)

    async def work(self, queue: Queue) -> None:
        await self._bus.work(queue)


@asynccontextmanager
async def carried_bus(url: str, dispatcher: Dispatcher) -> AsyncIterator[CarriedBus]:
    """Yield a bus on a stream of its own, which is deleted afterwards."""
    async with Network(NatsAccess(servers=(url,))) as network:
        jetstream = JetStream(network, timeout=30.0)
        names = EventNames(f"test-{secrets.token_hex(4)}", partitions=1)
        stream = EventStream(jetstream, names)
        await stream.prepare()
        nats_bus = NatsBus(network, stream, jetstream, dispatcher, cipher=NO_CIPHER)
        bus = CarriedBus(nats_bus, stream, jetstream)
        try:
            yield bus
        finally:
            await bus.stop()
