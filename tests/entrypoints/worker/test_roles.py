"""Processes that each run some of the roles, on one store."""

from collections import Counter
from collections.abc import Set
from dataclasses import replace

import pytest

from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import in_another_process
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.messages import Message
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.process_roles import ALL_ROLES, ProcessRole

from ...exchange import Exchange
from ...forwarding import ForwardingBus


class CountingBus(ForwardingBus):
    """A bus that counts how many messages each consumer handled."""

    def __init__(self, bus: EventBus) -> None:
        super().__init__(bus)
        self.handled: Counter[str] = Counter()
        self.consumers: dict[str, Consumer] = {}

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        async def handle(message: Message) -> None:
            await consumer.handle(message)
            self.handled[consumer.name] += 1

        self.consumers[consumer.name] = consumer
        # Those that could be handled at once are counted one by one.
        super().subscribe(replace(consumer, handle=handle, handle_all=None), here=here)

    @property
    def roles(self) -> set[ProcessRole]:
        """The roles whose consumers handled anything."""
        return {self.consumers[name].queue.role for name in self.handled}


def process(exchange: Exchange, roles: Set[ProcessRole]) -> tuple[Workers, CountingBus]:
    """Return the workers of another process on the exchange's store, and its bus."""
    adapters = in_another_process(exchange.app.adapters)
    bus = CountingBus(adapters.event_bus)
    app: Application = build_application(
        replace(adapters, event_bus=bus), rules=exchange.app.rules, roles=roles
    )
    return Workers(app), bus


async def all_settle(*workers: Workers) -> None:
    """Have processes work in turn, until each has seen what the others did."""
    for _ in range(10):
        for each in workers:
            await each.settle()


async def confirmed_by(exchange: Exchange, *workers: Workers) -> bool:
    """Whether an order is confirmed by these processes, with everybody told of it."""
    order_id = await exchange.match()
    await all_settle(*workers)
    return (await exchange.order(order_id)).status is OrderStatus.CONFIRMED


async def handled_in_one_process(exchange: Exchange) -> Counter[str]:
    workers, bus = process(exchange, ALL_ROLES)
    assert await confirmed_by(exchange, workers)
    return bus.handled


async def test_each_role_can_run_in_a_process_of_its_own(exchange: Exchange) -> None:
    expected = await handled_in_one_process(exchange)
    processes = {role: process(exchange, {role}) for role in ProcessRole}
    assert await confirmed_by(exchange, *(workers for workers, _ in processes.values()))
    for role, (_, bus) in processes.items():
        assert bus.roles <= {role}
    assert sum((bus.handled for _, bus in processes.values()), Counter()) == expected


@pytest.mark.parametrize("role", ProcessRole)
async def test_a_process_calls_the_consumers_of_its_roles_alone_and_loses_nothing_for_others(
    exchange: Exchange, role: ProcessRole
) -> None:
    expected = await handled_in_one_process(exchange)
    mine, my_bus = process(exchange, {role, ProcessRole.RELAY})
    order_id = await exchange.match()
    await mine.settle()
    assert my_bus.roles <= {role}

    others, their_bus = process(exchange, ALL_ROLES - {role, ProcessRole.RELAY})
    await all_settle(mine, others)
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert their_bus.roles.isdisjoint({role})
    assert my_bus.handled + their_bus.handled == expected


async def test_only_the_process_with_the_engine_starts_it(exchange: Exchange) -> None:
    mine, _ = process(exchange, ALL_ROLES - {ProcessRole.MATCHING})
    async with mine.running():
        await exchange.ask(exchange.seller)  # the exchange's own engine still has the shard


async def test_without_a_role_a_process_runs_nothing_behind_the_requests(
    exchange: Exchange,
) -> None:
    workers, bus = process(exchange, frozenset())
    order_id = await exchange.match()
    await workers.settle()
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    assert not bus.handled
