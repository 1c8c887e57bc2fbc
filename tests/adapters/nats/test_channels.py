"""What processes tell each other over NATS, and what they do when a message was lost."""

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.ids import OrderId
from solebook.ports.language.streams import FellBehind

from ...nats_server import NatsServer
from ...ports.across_channels import cache_invalidations, order_streams
from ...ports.records import Records


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


async def test_a_changed_order_is_told_to_its_parties_in_other_processes(
    nats_server: NatsServer, records: Records
) -> None:
    buyer, seller, other = (records.user().id for _ in range(3))
    one, two = (OrderId(records.ids.new()) for _ in range(2))
    async with (
        order_streams(nats_server.url, 2, queue=5) as [here, there],
        there.adapter.follow(buyer) as reader,
        there.adapter.follow(other) as alone,
    ):
        here.adapter.tell(one, buyer, seller)
        here.adapter.tell(two, buyer, seller)
        assert [await reader.next(), await reader.next()] == [one, two]
        here.adapter.tell(one, other)
        assert await alone.next() == one


async def test_listeners_read_their_orders_anew_after_a_lost_message(
    nats_server: NatsServer, records: Records
) -> None:
    user, order_id = records.user().id, OrderId(records.ids.new())
    async with order_streams(nats_server.url, 2, queue=5) as [here, there]:
        async with there.adapter.follow(user) as reader:
            here.adapter.tell(order_id, user)
            assert await reader.next() == order_id
            here.network.leaks = True
            here.adapter.tell(order_id, user)
            await here.sent()
            here.network.leaks = False
            with pytest.raises(FellBehind):
                await reader.next()
        async with there.adapter.follow(user) as again:
            here.adapter.tell(order_id, user)
            assert await again.next() == order_id


async def test_listeners_read_their_orders_anew_after_the_broker_was_away(
    own_nats_server: NatsServer, records: Records
) -> None:
    async with (
        order_streams(own_nats_server.url, 2, queue=5) as [_, there],
        there.adapter.follow(records.user().id) as reader,
    ):
        own_nats_server.kill()
        own_nats_server.start()
        with pytest.raises(FellBehind):
            await reader.next()


async def test_caches_of_all_processes_forget_a_key_and_everything_after_a_lost_message(
    nats_server: NatsServer,
) -> None:
    forgotten: list[str] = []
    async with cache_invalidations(nats_server.url, 2) as [here, there]:
        there.adapter.subscribe(forgotten.append, lambda: forgotten.append("everything"))
        here.adapter.publish("a")
        await there.until(lambda: forgotten == ["a"])
        here.network.leaks = True
        here.adapter.publish("b")
        await here.sent()
        here.network.leaks = False
        await there.until(lambda: forgotten == ["a", "everything"])


async def test_a_message_that_is_not_understood_is_a_lost_one(nats_server: NatsServer) -> None:
    async with cache_invalidations(nats_server.url, 2) as [here, there]:
        here.channel.tell(b"\xff")
        await there.until(lambda: there.missed == 1)


async def test_more_than_fits_into_a_message_is_told_in_several(nats_server: NatsServer) -> None:
    forgotten: list[str] = []
    keys = [f"{number:02}" + "x" * 100_000 for number in range(20)]
    async with cache_invalidations(nats_server.url, 2) as [here, there]:
        there.adapter.subscribe(forgotten.append, forgotten.clear)
        for key in keys:
            here.adapter.publish(key)
        await there.until(lambda: forgotten == keys)
