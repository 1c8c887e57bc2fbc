"""Processes of an exchange that share a store and a broker."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.nats.event_stream import EventStream
from solebook.adapters.nats.jetstream import JetStream
from solebook.adapters.nats.nats_bus import NatsBus
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.subjects import EventNames
from solebook.adapters.security.aes_cipher import NO_CIPHER
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_dispatcher
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.cipher import Cipher
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.events import ProductChanged
from solebook.ports.language.ids import MessageId, ProductId
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.tenure import Tenure

SUBJECT = ProductChanged.SUBJECT


@dataclass
class Exchange:
    """A store and a broker, on which processes are opened."""

    url: str
    store: Store
    clock: VirtualClock
    ids: SeededIds
    names: EventNames
    opened: AsyncExitStack
    tls: ssl.SSLContext | None = None
    cipher: Cipher = NO_CIPHER
    handled: list[Message] = field(default_factory=list)
    """What the consumers of `process` handled, once that was committed."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def message(self, key: ProductId | None = None, version: int = 1) -> Message:
        product_id = key or ProductId(self.ids.new())
        event = ProductChanged(product_id, version)
        return Message(MessageId(self.ids.new()), event.key, event, self.clock.now())

    async def connect(self) -> tuple[Network, EventStream]:
        network = await self.opened.enter_async_context(
            Network(NatsAccess(servers=(self.url,), connect_timeout=30.0, tls=self.tls))
        )
        return network, EventStream(JetStream(network, timeout=30.0), self.names)

    async def process(
        self,
        *roles: ProcessRole,
        before: Callable[[Message], Awaitable[None]] | None = None,
    ) -> "Process":
        """Return a process whose consumer in each role notes what it handled."""
        network, stream = await self.connect()
        dispatcher = build_dispatcher(
            self.store, clock=self.clock, ids=self.ids, randomness=SeededRandomness(3)
        )
        jetstream = JetStream(network, timeout=30.0)
        bus = NatsBus(network, stream, jetstream, dispatcher, cipher=self.cipher, pause=0.01)
        process = Process(bus, network)
        self.opened.push_async_callback(process.stop)

        async def handle(message: Message) -> None:
            if before is not None:
                await before(message)
            self.store.transaction.announce(lambda: self.note(message))

        for queue in (Queue.TRADE, Queue.SEARCH):
            consumer = Consumer(f"note {queue}", SUBJECT, handle, queue, Effect.INSIDE)
            bus.subscribe(consumer, here=queue.role in roles)
        return process

    def note(self, message: Message) -> None:
        self.handled.append(message)
        self.changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is true of what was handled."""
        async with asyncio.timeout(60):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Process:
    bus: NatsBus
    network: Network
    receiving: dict[tuple[ProcessRole, int], asyncio.Task[None]] = field(default_factory=dict)
    begun: list[asyncio.Task[None]] = field(default_factory=list)

    def receive(
        self, role: ProcessRole, partition: int, epoch: int = 1, tenure: Tenure | None = None
    ) -> None:
        receiving = self.bus.receive(role, partition, epoch=epoch, tenure=tenure or Unlimited())
        task = self.receiving[role, partition] = asyncio.create_task(receiving)
        self.begun.append(task)

    def receive_all(self, role: ProcessRole, epoch: int = 1) -> None:
        for partition in range(self.bus.partitions):
            self.receive(role, partition, epoch)

    async def leave(self, role: ProcessRole, partition: int) -> None:
        task = self.receiving.pop((role, partition))
        task.cancel()
        await asyncio.wait([task])

    async def stop(self) -> None:
        for task in self.begun:
            task.cancel()
        await asyncio.gather(*self.begun, return_exceptions=True)


@asynccontextmanager
async def opened_exchange(
    url: str,
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    *,
    partitions: int = 4,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Exchange]:
    """Yield an exchange with a stream of its own."""
    async with AsyncExitStack() as stack:
        names = EventNames(f"test-{secrets.token_hex(4)}", partitions)
        exchange = Exchange(url, store, clock, ids, names, stack, tls)
        _, stream = await exchange.connect()
        await stream.prepare()
        yield exchange
