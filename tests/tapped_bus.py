"""The bus of an exchange, on which a test listens in and has consumers fail."""

from collections import Counter
from dataclasses import replace

from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message

from .forwarding import ForwardingBus

_FAILURES = 5
"""How often one message fails at most: it is not to end among the dead letters."""


class TappedBus(ForwardingBus):
    """A bus that remembers what it delivered, and whose consumers fail when they are told to."""

    def __init__(self, bus: EventBus) -> None:
        super().__init__(bus)
        self.published: list[Message] = []
        self.consumers: dict[str, Consumer] = {}
        self.failing: Counter[str] = Counter()
        """How many times each consumer fails from now on, before it does anything."""
        self._failures: Counter[tuple[str, MessageId]] = Counter()

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        async def handle(message: Message) -> None:
            failures = consumer.name, message.id
            if self.failing[consumer.name] > 0 and self._failures[failures] < _FAILURES:
                self.failing[consumer.name] -= 1
                self._failures[failures] += 1
                raise Unavailable(what=consumer.name)
            await consumer.handle(message)

        self.consumers[consumer.name] = consumer
        super().subscribe(replace(consumer, handle=handle), here=here)

    async def publish(self, *messages: Message) -> None:
        self.published.extend(messages)
        await super().publish(*messages)
