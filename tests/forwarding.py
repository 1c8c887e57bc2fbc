"""Ports that pass everything on to another adapter, but for what a test watches or breaks."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Side
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.users import TraderStanding
from solebook.ports.transaction import Transaction
from solebook.ports.users import Traders


class ForwardingTraders(Traders):
    def __init__(self, traders: Traders) -> None:
        self._traders = traders

    async def standing(self, user_id: UserId) -> TraderStanding:
        return await self._traders.standing(user_id)

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        return await self._traders.barred(user_ids, now)


class ForwardingBus(EventBus):
    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        self._bus.subscribe(consumer, here=here)

    async def publish(self, *messages: Message) -> None:
        await self._bus.publish(*messages)

    async def work_off(self, queue: Queue) -> int:
        return await self._bus.work_off(queue)

    async def work(self, queue: Queue) -> None:
        await self._bus.work(queue)


class CountedTransactions(Transaction):
    """Notes how many blocks were opened, those inside of others too."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.count = 0

    def __call__(self) -> AbstractAsyncContextManager[None]:
        self.count += 1
        return self._transaction()

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._transaction.savepoint()

    @property
    def is_open(self) -> bool:
        return self._transaction.is_open

    def announce(self, call: Callable[[], None]) -> None:
        self._transaction.announce(call)
