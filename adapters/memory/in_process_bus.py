"""An event bus within one process, which also serves other processes through the store."""

from ...ports.event_bus import EventBus
from ...ports.language.consumers import Consumer
from ...ports.language.messages import Message, Queue
from ..messaging.dispatcher import Dispatcher


class InProcessBus(EventBus):
    """Dispatches messages at once, in the task that publishes them.

    Messages for another process wait in the store until that process works off its queues.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        self._dispatcher.subscribe(consumer, here=here)

    async def publish(self, *messages: Message) -> None:
        await self._dispatcher.dispatch(messages)

    async def work_off(self, queue: Queue) -> int:
        return await self._dispatcher.work_off(queue)

    async def work(self, queue: Queue) -> None:
        await self._dispatcher.work(queue)
