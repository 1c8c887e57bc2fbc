"""What waits, seen by somebody who waits until nothing does."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from solebook.core.operations.view_backlog import ViewBacklog
from solebook.ports.language.events import Event
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import BrokerBacklog, Message, Position
from solebook.ports.language.priority import Priority
from solebook.ports.message_broker import WatchedBroker
from solebook.ports.outbox import Outbox

from ...exchange import Exchange


class Broker(WatchedBroker):
    """A broker that somebody else fills and empties."""

    def __init__(self) -> None:
        self.waiting = 0
        self.last = 0

    async def backlog(self) -> BrokerBacklog:
        return BrokerBacklog(self.waiting, Position("one", self.last))


class Relayed(Outbox):
    """An outbox whose message goes to the broker and is handled before each look."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def add(self, *events: Event) -> None:
        raise NotImplementedError

    async def unsent(
        self, limit: int, *, priority: Priority | None = None, but: Collection[MessageId] = ()
    ) -> Sequence[Message]:
        self._broker.last += 1
        return []

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        raise NotImplementedError

    async def wait(self) -> None:
        raise NotImplementedError


def watching(exchange: Exchange, broker: Broker) -> ViewBacklog:
    return replace(exchange.app.operations.view_backlog, broker=broker)


async def test_a_message_that_only_the_broker_has_is_the_next(exchange: Exchange) -> None:
    broker = Broker()
    backlog = watching(exchange, broker)
    assert await backlog.next_message() is None

    broker.waiting, broker.last = 1, 1
    first = await backlog.next_message()
    assert first is not None
    broker.waiting, broker.last = 1, 2
    assert await backlog.next_message() not in (None, first)

    broker.waiting = 0
    assert await backlog.next_message() is None


async def test_a_message_that_passes_the_broker_meanwhile_is_not_missed(
    exchange: Exchange,
) -> None:
    broker = Broker()
    backlog = replace(watching(exchange, broker), outbox=Relayed(broker))
    assert await backlog.next_message() is not None
