"""The bus of an exchange, on which a test listens in and has consumers fail."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import TypeAlias

from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message

from .forwarding import ForwardingBus

HandleAll: TypeAlias = Callable[[Sequence[Message]], Awaitable[None]]

_FAILURES = 5
"""How often one message fails at most: it is not to end among the dead letters."""


_KEPT = [field.name for field in fields(Consumer) if field.name not in {"handle", "handle_all"}]
_kept = attrgetter(*_KEPT)


class TappedBus(ForwardingBus):
    """A bus that remembers what it delivered, and whose consumers fail when they are told to."""

    def __init__(self, bus: EventBus) -> None:
        super().__init__(bus)
        self.published: list[Message] = []
        self.consumers: dict[str, Consumer] = {}
        self.failing: Counter[str] = Counter()
        """How many times each consumer fails from now on, before it does anything."""
        self._failures: Counter[tuple[str, MessageId]] = Counter()
        self._handle_all: dict[HandleAll, HandleAll] = {}

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        async def handle(message: Message) -> None:
            failures = consumer.name, message.id
            if self.failing[consumer.name] > 0 and self._failures[failures] < _FAILURES:
                self.failing[consumer.name] -= 1
                self._failures[failures] += 1
                raise Unavailable(what=consumer.name)
            await consumer.handle(message)

        self.consumers[consumer.name] = consumer
        handle_all = consumer.handle_all and self._all_or_none(consumer.handle_all)
        # `replace` takes five times as long, and each of thousands of exchanges has 120 consumers.
        kept = dict(zip(_KEPT, _kept(consumer), strict=True))
        super().subscribe(Consumer(handle=handle, handle_all=handle_all, **kept), here=here)

    def _all_or_none(self, handle_all: HandleAll) -> HandleAll:
        """Return the same for each consumer with it: it fails if any is to fail by itself."""

        async def handle(messages: Sequence[Message]) -> None:
            if any(self.failing.values()):
                raise Unavailable(what="a consumer")
            await handle_all(messages)

        return self._handle_all.setdefault(handle_all, handle)

    async def publish(self, *messages: Message) -> None:
        self.published.extend(messages)
        await super().publish(*messages)
