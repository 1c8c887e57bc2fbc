"""The bus over NATS with several processes, whose partitions change owners."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.nats.subjects import RECEIVING_ROLES
from solebook.composition.adapters import Store
from solebook.ports.language.ids import ProductId
from solebook.ports.language.messages import Message
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.tenure import Tenure

from ...nats_server import NatsServer
from .processes import Exchange, Process, opened_exchange

TRADE, SEARCH = ProcessRole.TRADE, ProcessRole.SEARCH


@dataclass
class Ending(Tenure):
    is_over: bool = False


@pytest.fixture
async def exchange(
    nats_server: NatsServer, store: Store, clock: VirtualClock, ids: SeededIds
) -> AsyncIterator[Exchange]:
    async with opened_exchange(nats_server.url, store, clock, ids) as exchange:
        yield exchange


def product_of(exchange: Exchange, partition: int = 0) -> ProductId:
    while True:
        product_id = ProductId(exchange.ids.new())
        if exchange.names.partition(str(product_id)) == partition:
            return product_id


async def test_each_role_gets_every_message_once(exchange: Exchange) -> None:
    trade, search = await exchange.process(TRADE), await exchange.process(SEARCH)
    relay = await exchange.process()
    messages = [exchange.message() for _ in range(50)]
    for portion in (messages[:20], messages[20:21], messages[21:]):
        await relay.bus.publish(*portion)

    trade.receive_all(TRADE)
    search.receive_all(SEARCH)
    await exchange.until(lambda: len(exchange.handled) >= 100)

    assert sorted(exchange.handled, key=lambda m: m.id) == sorted(2 * messages, key=lambda m: m.id)


async def test_messages_wait_for_a_role_that_nobody_has(exchange: Exchange) -> None:
    trade = await exchange.process(TRADE)
    trade.receive_all(TRADE)
    await trade.bus.publish(message := exchange.message())
    await exchange.until(lambda: exchange.handled == [message])

    search = await exchange.process(SEARCH)
    search.receive_all(SEARCH)
    await exchange.until(lambda: exchange.handled == [message, message])


async def test_a_portion_that_is_published_again_is_in_the_stream_once(
    exchange: Exchange,
) -> None:
    process = await exchange.process(TRADE)
    key = product_of(exchange)
    first, second, third = (exchange.message(key, version) for version in (1, 2, 3))
    before = await process.bus.publish(first, second)
    again = await process.bus.publish(first, second, third)
    assert before is not None
    assert again is not None
    assert again.last == before.last + 1

    process.receive(TRADE, 0)
    await exchange.until(lambda: len(exchange.handled) >= 3)
    assert exchange.handled == [first, second, third]


async def test_an_owner_takes_over_what_the_last_one_has_not_finished(exchange: Exchange) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def stuck(message: Message) -> None:
        begun.set()
        await gate.wait()

    key = product_of(exchange)
    messages = [exchange.message(key, version) for version in range(1, 6)]
    hung, tenure = await exchange.process(SEARCH, before=stuck), Ending()
    hung.receive(SEARCH, 0, epoch=1, tenure=tenure)
    await hung.bus.publish(*messages[:3])
    await begun.wait()
    tenure.is_over = True

    other = await exchange.process(SEARCH)
    other.receive(SEARCH, 0, epoch=2)
    gate.set()  # memory knows one transaction at a time
    await other.bus.publish(*messages[3:])
    await exchange.until(lambda: len(exchange.handled) >= 5)

    assert exchange.handled == messages


async def test_an_earlier_owner_gets_nothing_any_more(exchange: Exchange) -> None:
    late: list[Message] = []

    async def note(message: Message) -> None:
        late.append(message)

    key = product_of(exchange)
    earlier = await exchange.process(TRADE, before=note)
    earlier.receive(TRADE, 0, epoch=1)
    await earlier.bus.publish(first := exchange.message(key))
    await exchange.until(lambda: exchange.handled == [first])

    later = await exchange.process(TRADE)
    later.receive(TRADE, 0, epoch=2)  # the earlier one still has a request at the broker
    messages = [exchange.message(key, version) for version in range(2, 40)]
    for message in messages:
        await later.bus.publish(message)
    await exchange.until(lambda: len(exchange.handled) >= 39)

    assert exchange.handled == [first, *messages]
    late.clear()
    await later.bus.publish(last := exchange.message(key, 40))
    await exchange.until(lambda: exchange.handled[-1] == last)
    assert late == []


async def test_an_owner_that_leaves_finishes_what_it_has_begun(exchange: Exchange) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def slow(message: Message) -> None:
        begun.set()
        await gate.wait()

    process = await exchange.process(TRADE, before=slow)
    process.receive(TRADE, 0)
    await process.bus.publish(message := exchange.message(product_of(exchange)))
    await begun.wait()
    leaving = asyncio.create_task(process.leave(TRADE, 0))
    gate.set()
    await leaving

    assert exchange.handled == [message]


async def test_a_message_that_cannot_be_read_stays_for_another_version(
    exchange: Exchange,
) -> None:
    process = await exchange.process(TRADE)
    subject = exchange.names.subject("key", "product.changed")
    await process.network.publish(subject, b'{"subject": "product.changed"}')
    partition = exchange.names.partition("key")

    with pytest.raises(AssertionError, match="cannot be read"):
        await process.bus.receive(TRADE, partition, epoch=1, tenure=Ending())
    with pytest.raises(AssertionError, match="cannot be read"):
        await process.bus.receive(TRADE, partition, epoch=2, tenure=Ending())


async def test_two_workers_never_break_the_order_of_a_key(exchange: Exchange, full: bool) -> None:
    """A thousand keys, consumers that take their time, and partitions that change hands."""
    dice = random.Random(7)
    keys = [ProductId(exchange.ids.new()) for _ in range(1_000)]
    versions = range(1, 6 if full else 4)
    messages = [exchange.message(key, version) for version in versions for key in keys]

    async def dally(message: Message) -> None:
        if dice.random() < 0.05:
            await asyncio.sleep(dice.random() / 500)

    workers = [await exchange.process(TRADE, before=dally) for _ in range(2)]
    relay = await exchange.process()

    async def publish() -> None:
        for begin in range(0, len(messages), 16):
            await relay.bus.publish(*messages[begin : begin + 16])

    publishing = asyncio.create_task(publish())
    await _exchange_partitions(exchange, workers, dice, len(messages))
    await publishing

    by_key: defaultdict[str, list[Message]] = defaultdict(list)
    for message in exchange.handled:
        by_key[message.key].append(message)
    expected: defaultdict[str, list[Message]] = defaultdict(list)
    for message in messages:
        expected[message.key].append(message)
    assert by_key == expected


def _has_handled(exchange: Exchange, count: int) -> bool:
    return len(exchange.handled) >= count


async def _exchange_partitions(
    exchange: Exchange, workers: list[Process], dice: random.Random, count: int
) -> None:
    """Move partitions to and fro, in order and by surprise, until all is handled."""
    partitions = range(exchange.names.partitions)
    epochs = dict.fromkeys(partitions, 1)
    tenures = {partition: Ending() for partition in partitions}
    owners = {partition: workers[partition % 2] for partition in partitions}
    for partition, owner in owners.items():
        owner.receive(TRADE, partition, tenure=tenures[partition])
    moves = 0
    while len(exchange.handled) < count:
        goal = min(count, len(exchange.handled) + 100)
        await exchange.until(partial(_has_handled, exchange, goal))
        partition = dice.choice(partitions)
        last = owners[partition]
        tenures[partition].is_over = True  # it may be at work still
        if dice.random() < 0.5:
            await last.leave(TRADE, partition)
        owners[partition] = next(worker for worker in workers if worker is not last)
        epochs[partition] += 1
        tenures[partition] = Ending()
        owners[partition].receive(TRADE, partition, epochs[partition], tenures[partition])
        moves += 1
    assert moves > 5


async def test_the_backlog_has_what_a_role_has_not_received(exchange: Exchange) -> None:
    _, watched = await exchange.connect()
    before = await watched.backlog()
    process = await exchange.process(TRADE)
    await process.bus.publish(message := exchange.message())
    process.receive_all(TRADE)
    await exchange.until(lambda: exchange.handled == [message])

    waiting = await watched.backlog()
    assert (before.waiting, waiting.waiting) == (0, 1)
    assert waiting.position == replace(before.position, last=1)

    for role in RECEIVING_ROLES:
        if role is not TRADE:
            process.receive_all(role)
    async with asyncio.timeout(60):
        while (await process.bus.backlog()).waiting:
            pass
    assert (await watched.backlog()).position == waiting.position
