"""Workers of two processes do each deadline, delivery and message once."""

from collections import Counter
from collections.abc import Awaitable, Callable

from solebook.adapters.memory.messengers import MemoryMailer
from solebook.core.operations.relay import Relay
from solebook.entrypoints.worker.sweeper import Sweeper
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.events import DeadlineReached, PaymentCaptured
from solebook.ports.language.messages import Queue
from solebook.ports.language.orders import Order, PaymentStatus
from solebook.ports.language.process_roles import ProcessRole

from ...exchange import Exchange
from .racing import Race, Races, tried_again
from .trades import events_of, overdue

Exchanges = tuple[Exchange, Exchange]
_QUEUES = [queue for queue in Queue if queue is not Queue.MATCHING]
"""The queues of processes without the engine."""


def sweeps(exchange: Exchange) -> Callable[[], Awaitable[int]]:
    """Return a function that sweeps once, as a new process."""
    return tried_again(Sweeper(exchange.app, {ProcessRole.DEADLINES}).sweep)


async def test_one_deadline_is_swept_once(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        swept = await race(sweeps(one), sweeps(other))
        assert sorted(map(str, swept)) == ["0", "1"]
        reached = DeadlineReached(order.id, DeadlineKind.SHIPMENT)
        assert await events_of(one, order.id) == [reached]
        assert await one.store.deadlines.of(order.id) == []

    await races.on(lambda: overdue(one), once)


def relays(exchange: Exchange) -> Callable[[], Awaitable[int]]:
    """Return a function that relays until the outbox is empty, as a new process."""
    store = exchange.store

    async def relay() -> int:
        bus = exchange.app.adapters.event_bus
        outbox = Relay(outbox=store.outbox, bus=bus, transaction=store.transaction, pause=0)
        return await outbox.drain()

    return tried_again(relay)


async def matched(exchange: Exchange) -> Order:
    return await exchange.order(await exchange.match())


async def test_one_message_that_both_relay_has_one_effect(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        await race(relays(one), relays(other))
        assert (await one.happened(order.id)).count("stock_reserved") == 1
        waiting = await one.store.deliveries.first_in(Queue.CHARGES, one.clock.now(), 10)
        assert [delivery.consumer for delivery in waiting] == [
            "payments.charge_buyer:payment.requested"
        ]

    await races.on(lambda: matched(one), once)


def works_off(exchange: Exchange, *queues: Queue) -> Callable[[], Awaitable[int]]:
    """Return a function that works off everything in these queues."""

    async def work_off() -> int:
        return sum([await exchange.bus.work_off(queue) for queue in queues])

    return tried_again(work_off)


async def to_be_charged(exchange: Exchange) -> Order:
    """Return an order whose charge waits in its queue."""
    order = await matched(exchange)
    await exchange.workers.relay.drain()
    return order


async def test_one_delivery_is_worked_off_by_one_of_two(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        tried = await race(works_off(one, Queue.CHARGES), works_off(other, Queue.CHARGES))
        assert sorted(map(str, tried)) == ["0", "1"]
        assert (await one.payment(order.id)).status is PaymentStatus.CAPTURED
        assert await events_of(one, order.id) == [PaymentCaptured(order.id, order.buyer_total)]
        assert not await one.store.deliveries.first_in(Queue.CHARGES, one.clock.now(), 10)

    await races.on(lambda: to_be_charged(one), once)


def does_all(exchange: Exchange) -> Callable[[], Awaitable[None]]:
    """Return a function that relays and works off until nothing is left to do."""
    relay, work_off = relays(exchange), works_off(exchange, *_QUEUES)

    async def work() -> None:
        while await relay() + await work_off():
            pass

    return work


async def test_a_trade_on_which_two_processes_work_is_confirmed_once(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    def letters() -> Counter[tuple[str, str]]:
        mailers = [exchange.app.adapters.mailer for exchange in exchanges]
        return Counter(
            (mail.to, mail.subject)
            for mailer in mailers
            if isinstance(mailer, MemoryMailer)
            for mail in mailer.sent
        )

    async def once(race: Race, order: Order) -> None:
        before = letters()
        await race(does_all(one), does_all(other))
        await does_all(one)()
        assert (await one.happened(order.id)) == ["match_created", "stock_reserved", "confirmed"]
        assert await one.provider.balance() == order.buyer_total
        # A letter whose claim was not given back waits until the claim ends.
        told = letters() - before
        assert set(told.values()) <= {1}, told

    await races.on(lambda: matched(one), once)
    assert letters(), "most races send them"
