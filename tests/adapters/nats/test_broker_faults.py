"""The bus while its broker stops, dies and loses data."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.nats.event_stream import EventStream, OtherStream
from solebook.adapters.nats.jetstream import JetStream
from solebook.adapters.nats.nats_bus import NatsBus
from solebook.adapters.nats.subjects import RECEIVING_ROLES
from solebook.adapters.security.aes_cipher import NO_CIPHER
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_dispatcher
from solebook.core.operations.broker_keeper import BrokerKeeper
from solebook.core.operations.relay import Relay
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import ProductChanged
from solebook.ports.language.ids import ProductId
from solebook.ports.language.messages import Message, Position
from solebook.ports.language.process_roles import ProcessRole

from ...entrypoints.worker.loops import stop
from ...nats_server import NatsServer, cut_tail
from .processes import Exchange, Process, opened_exchange

TRADE = ProcessRole.TRADE
PATIENCE = 30.0


@pytest.fixture
async def exchange(
    own_nats_server: NatsServer, store: Store, clock: VirtualClock, ids: SeededIds
) -> AsyncIterator[Exchange]:
    async with opened_exchange(own_nats_server.url, store, clock, ids) as exchange:
        yield exchange


async def restart(server: NatsServer, *processes: Process, cut: tuple[str, int] | None) -> None:
    """Kill the broker and start it, without the last bytes of a stream. Return when all know."""
    back = [asyncio.Event() for _ in processes]
    for process, event in zip(processes, back, strict=True):
        process.network.on_reconnect(event.set)
    server.kill()
    if cut is not None:
        cut_tail(server, *cut)
    server.start()
    async with asyncio.timeout(PATIENCE):
        for event in back:
            await event.wait()


async def published(process: Process, *messages: Message) -> Position:
    position = await process.bus.publish(*messages)
    assert position is not None
    return position


async def test_without_the_broker_nothing_is_published(
    exchange: Exchange, own_nats_server: NatsServer
) -> None:
    relay = await exchange.process()
    position = await published(relay, exchange.message())
    own_nats_server.stop()

    with pytest.raises(Unavailable):
        await relay.bus.publish(exchange.message())
    with pytest.raises(Unavailable):
        await relay.bus.has_kept(position)


async def test_after_an_interruption_nothing_is_published_until_losses_are_known(
    exchange: Exchange, own_nats_server: NatsServer
) -> None:
    relay = await exchange.process()
    position = await published(relay, exchange.message())
    await restart(own_nats_server, relay, cut=None)

    with pytest.raises(Unavailable):
        await relay.bus.publish(exchange.message())
    assert await relay.bus.has_kept(position)
    assert (await published(relay, exchange.message())).last == position.last + 1


async def test_a_receiver_goes_on_when_the_broker_is_back(
    exchange: Exchange, own_nats_server: NatsServer
) -> None:
    trade, relay = await exchange.process(TRADE), await exchange.process()
    trade.receive_all(TRADE)
    for _ in range(3):
        await relay.bus.publish(message := exchange.message())
        await exchange.until(lambda sent=message: sent in exchange.handled)  # type: ignore[misc]
        await restart(own_nats_server, relay, cut=None)
        assert await relay.bus.has_kept(Position("another", 0)) is False

    assert len(exchange.handled) == 3


@pytest.mark.parametrize("cut", [1, 500, 5_000, 1_000_000])
async def test_what_the_broker_lost_is_noticed_and_can_be_published_again(
    exchange: Exchange, own_nats_server: NatsServer, cut: int
) -> None:
    trade, relay = await exchange.process(TRADE), await exchange.process()
    trade.receive_all(TRADE)
    messages = [exchange.message() for _ in range(40)]
    await relay.bus.publish(*messages[:20])
    await exchange.until(lambda: len(exchange.handled) == 20)
    await trade.stop()
    position = await published(relay, *messages[20:])
    await restart(own_nats_server, relay, trade, cut=(exchange.names.stream, cut))

    assert not await relay.bus.has_kept(position)
    await relay.bus.publish(*messages)
    trade.receive_all(TRADE, epoch=2)
    await exchange.until(lambda: len(exchange.handled) >= 40)

    assert sorted(exchange.handled, key=lambda m: m.id) == messages


@pytest.mark.parametrize("cut", [1, 300, 5_000, 1_000_000])
async def test_what_is_lost_is_noticed_although_the_broker_remembers_its_number(
    exchange: Exchange, own_nats_server: NatsServer, cut: int
) -> None:
    """It writes down the number of the last message when it is stopped."""
    relay = await exchange.process()
    messages = [exchange.message() for _ in range(20)]
    position = await published(relay, *messages)
    back = asyncio.Event()
    relay.network.on_reconnect(back.set)
    own_nats_server.stop()
    cut_tail(own_nats_server, exchange.names.stream, cut)
    own_nats_server.start()
    async with asyncio.timeout(PATIENCE):
        await back.wait()

    assert not await relay.bus.has_kept(position)
    await relay.bus.publish(*messages)
    trade = await exchange.process(TRADE)
    trade.receive_all(TRADE)
    await exchange.until(lambda: {m.id for m in exchange.handled} == {m.id for m in messages})


async def test_a_message_that_all_roles_have_acknowledged_is_kept(exchange: Exchange) -> None:
    relay, receiving = await exchange.process(), await exchange.process(*RECEIVING_ROLES)
    position = await published(relay, *(exchange.message() for _ in range(5)))
    for role in RECEIVING_ROLES:
        receiving.receive_all(role)
    async with asyncio.timeout(PATIENCE):
        while (await relay.bus.backlog()).waiting:  # noqa: ASYNC110  # it is the broker's
            await asyncio.sleep(0.01)

    assert await relay.bus.has_kept(position)


async def test_a_stream_that_was_created_anew_has_kept_nothing(exchange: Exchange) -> None:
    relay = await exchange.process()
    position = await published(relay, exchange.message())
    _, stream = await exchange.connect()
    await stream._jetstream.ask(f"STREAM.DELETE.{exchange.names.stream}")
    with pytest.raises(Unavailable):
        await relay.bus.publish(exchange.message())
    with pytest.raises(OtherStream, match="run solebook migrate"):
        await stream.check()

    await stream.prepare()

    await stream.check()
    assert not await relay.bus.has_kept(position)
    assert (await published(relay, exchange.message())).last == 1


async def all_received_again(worker: Process, stream: EventStream) -> None:
    """Receive for the role of which the consumers are gone, and return when all are created."""
    worker.receive_all(TRADE)
    async with asyncio.timeout(PATIENCE):
        while sum(one.role is TRADE for one in await stream._consumers()) < stream.names.partitions:
            pass


@pytest.mark.parametrize("is_there", [False, True])
async def test_what_a_deleted_consumer_had_not_received_can_be_published_again(
    exchange: Exchange, is_there: bool
) -> None:
    """Whether it is noticed while it is not there, or when an owner has created it anew."""
    worker, relay = await exchange.process(TRADE), await exchange.process()
    for role in {*RECEIVING_ROLES} - {TRADE}:
        worker.receive_all(role)
    messages = [exchange.message() for _ in range(10)]
    position = await published(relay, *messages)
    _, stream = await exchange.connect()
    for consumer in await stream._consumers():
        if consumer.role is TRADE:
            await stream._jetstream.ask(f"CONSUMER.DELETE.{exchange.names.stream}.{consumer}")
    async with asyncio.timeout(PATIENCE):
        while (await stream.backlog()).waiting:
            pass

    if is_there:
        await all_received_again(worker, stream)
    assert not await relay.bus.has_kept(position)
    position = await published(relay, *messages)
    if not is_there:
        await all_received_again(worker, stream)
        assert not await relay.bus.has_kept(position)
        await published(relay, *messages)
    await exchange.until(lambda: len(exchange.handled) >= 10)

    assert sorted(exchange.handled, key=lambda m: m.id) == messages


async def test_a_batch_that_broke_off_does_not_hold_up_the_next_attempt(
    exchange: Exchange,
) -> None:
    relay = await exchange.process()
    messages = [exchange.message() for _ in range(3)]
    await published(relay, exchange.message())
    sending = relay.network.publish
    with pytest.MonkeyPatch.context() as patch:
        left = 2

        async def break_off(*args: Any, **fields: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Unavailable(what="the network")
            await sending(*args, **fields)

        patch.setattr(relay.network, "publish", break_off)
        with pytest.raises(Unavailable):
            await relay.bus.publish(*messages)

    assert (await published(relay, *messages)).last == 4


class Counted(JetStream):
    """Counts requests."""

    asked = 0

    async def send(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        self.asked += 1
        return await super().send(subject, payload, headers)


async def test_a_broker_that_takes_nothing_is_asked_once_a_second(
    exchange: Exchange, clock: VirtualClock, ids: SeededIds
) -> None:
    network, stream = await exchange.connect()
    jetstream = Counted(network)
    dispatcher = build_dispatcher(
        exchange.store, clock=clock, ids=ids, randomness=SeededRandomness(3)
    )
    bus = NatsBus(
        network,
        EventStream(jetstream, exchange.names),
        jetstream,
        dispatcher,
        cipher=NO_CIPHER,
        stopwatch=VirtualStopwatch(clock),
    )
    await jetstream.ask(f"STREAM.DELETE.{exchange.names.stream}")
    jetstream.asked = 0
    for second in range(4):
        for _ in range(20):
            with pytest.raises(Unavailable):
                await bus.publish(exchange.message())
            with pytest.raises(Unavailable):
                await bus.has_kept(Position("one", 1))
        assert jetstream.asked == 3 + second
        await clock.advance(timedelta(seconds=1))

    await stream.prepare()
    assert not await bus.has_kept(Position("one", 1))
    assert await bus.publish(exchange.message()) is not None


@pytest.mark.parametrize("cut", [None, 300, 4_000, 1_000_000])
async def test_every_event_of_the_outbox_is_handled_once_although_the_broker_dies(
    exchange: Exchange, own_nats_server: NatsServer, cut: int | None
) -> None:
    """It is killed three times under load, and loses the end of its files."""
    store, count = exchange.store, 120
    products = [ProductId(exchange.ids.new()) for _ in range(10)]
    trade, relaying = await exchange.process(TRADE), await exchange.process()
    trade.receive_all(TRADE)
    keeper = BrokerKeeper(relaying.bus, store.sent_messages, store.transaction)
    relay = Relay(
        outbox=store.outbox,
        bus=relaying.bus,
        transaction=store.transaction,
        pause=0.01,
        keeper=keeper,
    )
    running = asyncio.create_task(_keep_running(relay))
    for begin in range(0, count, 40):
        for number in range(begin, begin + 40):
            async with store.transaction():
                await store.outbox.add(ProductChanged(products[number % 10], number))
        await exchange.until(lambda reached=begin: len(exchange.handled) > reached)  # type: ignore[misc]
        place = None if cut is None else (exchange.names.stream, cut)
        await restart(own_nats_server, relaying, trade, cut=place)
    await exchange.until(lambda: len(exchange.handled) >= count)
    await stop(running)

    handled = [m.event.version for m in exchange.handled if isinstance(m.event, ProductChanged)]
    assert sorted(handled) == list(range(count))
    for product in range(10):
        of_key = [number for number in handled if number % 10 == product]
        assert of_key == sorted(of_key)


async def _keep_running(relay: Relay) -> None:
    while True:
        with suppress(Unavailable):
            await relay.run()
        await asyncio.sleep(0.01)
