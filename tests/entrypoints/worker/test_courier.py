"""How the queue of slow consumers is worked off."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.entrypoints.worker.courier import Courier
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message, Queue

from ...exchange import Exchange
from .loops import stop

SECOND = timedelta(seconds=1)


def courier_of(exchange: Exchange) -> Courier:
    return Courier(exchange.app.adapters.event_bus)


class Mailbox:
    """A slow consumer."""

    def __init__(self, exchange: Exchange) -> None:
        self.got: list[Message] = []
        self.failures: list[Exception] = []
        subject = exchange.bus.published[0].subject
        exchange.app.adapters.event_bus.subscribe(
            Consumer("tests.mailbox", subject, self.take, queue=Queue.LETTERS)
        )

    async def take(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop()
        self.got.append(message)


async def turns(clock: VirtualClock, seconds: int = 0) -> None:
    for _ in range(seconds):
        await clock.advance(SECOND)
    for _ in range(50):
        await asyncio.sleep(0)


async def test_what_is_queued_is_delivered_while_it_runs(exchange: Exchange) -> None:
    message = exchange.bus.published[0]
    mailbox = Mailbox(exchange)
    task = asyncio.create_task(courier_of(exchange).run(Queue.LETTERS))
    await turns(exchange.clock)
    await exchange.app.adapters.event_bus.publish(message)
    await turns(exchange.clock, seconds=1)
    assert mailbox.got == [message]
    await stop(task)


async def test_a_long_queue_is_worked_off_without_a_rest(exchange: Exchange) -> None:
    message = exchange.bus.published[0]
    mailbox = Mailbox(exchange)
    for _ in range(200):
        again = replace(message, id=MessageId(exchange.app.adapters.ids.new()))
        await exchange.app.adapters.event_bus.publish(again)
    task = asyncio.create_task(courier_of(exchange).run(Queue.LETTERS))
    while len(mailbox.got) < 200:
        before = len(mailbox.got)
        await turns(exchange.clock)
        assert len(mailbox.got) > before
    await stop(task)


async def test_settling_delivers_what_is_queued(exchange: Exchange) -> None:
    message = exchange.bus.published[0]
    mailbox = Mailbox(exchange)
    mailbox.failures.append(Unavailable("mail"))
    await exchange.app.adapters.event_bus.publish(message)
    await exchange.workers.settle()
    assert mailbox.got == []
    await exchange.later(timedelta(minutes=10))
    assert mailbox.got == [message]
