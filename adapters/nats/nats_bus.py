"""The event bus over NATS JetStream."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any
from uuid import uuid4
from zlib import crc32

from nats.aio.msg import Msg

from ...ports.cipher import Cipher
from ...ports.event_bus import EventBus
from ...ports.language.consumers import Consumer
from ...ports.language.errors import Unavailable
from ...ports.language.messages import BrokerBacklog, Message, Position, Queue
from ...ports.language.process_roles import ProcessRole
from ...ports.language.reminders import Reminders
from ...ports.message_broker import MessageBroker
from ...ports.stopwatch import Stopwatch
from ...ports.tenure import Tenure
from ..decorators.circuit_breaker import CircuitBreaker
from ..messaging.dispatcher import Dispatcher
from ..system.stopwatch import SystemStopwatch
from .event_messages import EventMessages
from .event_stream import EventStream
from .jetstream import JetStream, StreamError
from .network import NETWORK, Network
from .pull import Interrupted, Pull
from .subjects import ConsumerName

_log = logging.getLogger(__name__)


class NatsBus(EventBus, MessageBroker):
    """Publishes messages to a stream, and gives a role's consumers what comes out of it.

    The dispatcher calls the consumers, and keeps retries, queues and dead letters in the store.
    """

    def __init__(
        self,
        network: Network,
        stream: EventStream,
        jetstream: JetStream,
        dispatcher: Dispatcher,
        *,
        cipher: Cipher,
        pause: float = 0.25,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        """Create a bus. After a failure of the broker or the store it waits `pause` seconds.

        The `cipher` seals what events say, because the broker stores them.
        """
        self._network = network
        self._stream = stream
        self._jetstream = jetstream
        self._dispatcher = dispatcher
        self._messages = EventMessages(cipher)
        self._pause = pause
        self._stopwatch = stopwatch or SystemStopwatch()
        self._breaker = CircuitBreaker(self._stopwatch, what=NETWORK)
        """For what the relay asks. Receivers only wait for messages."""
        self._reminders = Reminders()
        self._checked = network.connections
        """The connection of which `has_kept` knows."""
        self._created: str | None = None
        """The stream's name in positions, which tells it from others that were there before."""

    # ---- consumers and queues ------------------------------------------------------------

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        self._dispatcher.subscribe(consumer, here=here)

    async def work_off(self, queue: Queue) -> int:
        return await self._dispatcher.work_off(queue)

    async def work(self, queue: Queue) -> None:
        await self._dispatcher.work(queue)

    # ---- publishing ----------------------------------------------------------------------

    async def publish(self, *messages: Message) -> Position | None:
        if not messages:
            return None
        if not self._network.is_connected or self._network.connections != self._checked:
            raise Unavailable(what=NETWORK)
        return await self._breaker(partial(self._publish, messages))

    async def _publish(self, messages: Sequence[Message]) -> Position:
        try:
            if self._created is None:
                await self._find()
            assert self._created is not None
            last = await self._send(messages)
        except StreamError as error:
            if self._reminders.is_due("publishing", str(error), self._stopwatch.elapsed()):
                _log.error("NATS does not take messages: %s", error)
            raise Unavailable(what=NETWORK) from error
        return Position(self._created, last)

    async def _send(self, messages: Sequence[Message]) -> int:
        """Publish messages and return the number of the last one in the stream."""
        if len(messages) > 1:
            try:
                return await self._send_together(messages)
            except StreamError as error:
                if not error.is_duplicate_in_batch:
                    raise
        last = 0
        for message in messages:
            answer = await self._jetstream.send(*self._prepared(message))
            last = max(last, answer["seq"])
        return last

    async def _send_together(self, messages: Sequence[Message]) -> int:
        """Publish messages in one batch: the stream gets all of them or none."""
        *others, final = messages
        batch = uuid4().hex  # the broker still has the beginning of one that broke off
        for number, message in enumerate(others, 1):
            subject, payload, headers = self._prepared(message)
            headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            await self._network.publish(subject, payload, headers=headers)
        subject, payload, headers = self._prepared(final)
        headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(messages))}
        headers["Nats-Batch-Commit"] = "1"
        answer = await self._jetstream.send(subject, payload, headers)
        last: int = answer["seq"]
        return last

    def _prepared(self, message: Message) -> tuple[str, bytes, dict[str, str]]:
        """Return the subject, the payload and the headers of a message.

        Its id in the broker is another one after a loss, and after the broker was started anew, so
        that it is not dropped as a duplicate of one that the broker has not any more.
        """
        subject = self._stream.names.subject(message.key, message.subject)
        id_ = f"{message.id}-{crc32(f'{self._created} {self.incarnation}'.encode()):08x}"
        return subject, self._messages.encode(message), {"Nats-Msg-Id": id_}

    # ---- the broker ----------------------------------------------------------------------

    @property
    def partitions(self) -> int:
        return self._stream.names.partitions

    async def backlog(self) -> BrokerBacklog:
        return await self._stream.backlog()

    @property
    def incarnation(self) -> str:
        return self._network.server_id

    async def has_kept(self, position: Position) -> bool:
        return await self._breaker(partial(self._has_kept, position))

    async def _has_kept(self, position: Position) -> bool:
        connection = self._network.connections
        try:
            now = await self._find()
            is_there = now.stream == position.stream and now.last >= position.last
            has_kept = is_there and await self._stream.has_kept(position.last)
        except StreamError as error:
            raise Unavailable(what=NETWORK) from error
        self._checked = connection
        return has_kept

    async def _find(self) -> Position:
        """Return the position of the stream. Raises Unavailable if there is none."""
        position = await self._stream.position()
        if position is None:
            raise Unavailable(what=f"the stream {self._stream.names.stream}")
        self._created = position.stream
        return position

    async def receive(
        self, role: ProcessRole, partition: int, *, epoch: int, tenure: Tenure
    ) -> None:
        session = 0
        while not tenure.is_over:
            session += 1
            name = ConsumerName(role, partition, epoch, session)
            try:
                await self._stream.take_over(name)
                await self._receive(name, tenure)
            except (Interrupted, StreamError, Unavailable) as error:
                if self._reminders.is_due(f"{role}", str(error), self._stopwatch.elapsed()):
                    _log.warning("partition %d of %s begins anew: %s", partition, role, error)
                await asyncio.sleep(self._pause)

    async def _receive(self, name: ConsumerName, tenure: Tenure) -> None:
        stream = self._stream.names.stream
        async with Pull(self._network, stream=stream, consumer=str(name)) as pull:
            while not tenure.is_over:
                portion = await pull.portion()
                while not tenure.is_over:
                    try:
                        await _to_its_end(self._handle(portion, pull, name.role, tenure))
                        break
                    except Unavailable as error:
                        if self._reminders.is_due(str(name), "", self._stopwatch.elapsed()):
                            _log.warning("the messages of %s wait: %s", name, error)
                        await asyncio.sleep(self._pause)

    async def _handle(
        self, portion: Sequence[Msg], pull: Pull, role: ProcessRole, tenure: Tenure
    ) -> None:
        """Let consumers handle messages, and acknowledge them."""
        event = self._stream.names.event
        has_consumers = self._dispatcher.has_consumers
        wanted = [m.data for m in portion if has_consumers(event(m.subject), role)]
        await self._dispatcher.dispatch([self._messages.decode(data) for data in wanted], role)
        if not tenure.is_over:
            await pull.acknowledge(portion[-1])


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await some work, also if this is cancelled meanwhile. Cancelled again, it is abandoned."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        raise
