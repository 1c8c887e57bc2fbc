"""Changed orders that processes tell each other over Redis pub/sub."""

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.ids import OrderId
from solebook.ports.language.streams import FellBehind

from ...ports.records import Records
from ...ports.redis_channels import order_streams
from ...valkey_server import ValkeyServer


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


async def test_a_changed_order_is_told_to_its_parties_in_other_processes(
    valkey_server: ValkeyServer, records: Records
) -> None:
    buyer, seller, other = (records.user().id for _ in range(3))
    one, two = (OrderId(records.ids.new()) for _ in range(2))
    async with (
        order_streams(valkey_server, 2, queue=5) as [here, there],
        there.stream.follow(buyer) as reader,
        there.stream.follow(other) as alone,
    ):
        here.stream.tell(one, buyer, seller)
        here.stream.tell(two, buyer, seller)
        assert [await reader.next(), await reader.next()] == [one, two]
        here.stream.tell(one, other)
        assert await alone.next() == one


async def test_listeners_read_their_orders_anew_after_a_lost_message(
    valkey_server: ValkeyServer, records: Records
) -> None:
    user, order_id = records.user().id, OrderId(records.ids.new())
    async with order_streams(valkey_server, 2, queue=5) as [here, there]:
        async with there.stream.follow(user) as reader:
            here.stream.tell(order_id, user)
            assert await reader.next() == order_id
            here.transport.leaks = True
            here.stream.tell(order_id, user)
            await here.channel.flush()
            here.transport.leaks = False
            with pytest.raises(FellBehind):
                await reader.next()
        async with there.stream.follow(user) as again:
            here.stream.tell(order_id, user)
            assert await again.next() == order_id


async def test_listeners_read_their_orders_anew_after_a_lost_subscription(
    own_valkey_server: ValkeyServer, records: Records
) -> None:
    user, order_id = records.user().id, OrderId(records.ids.new())
    async with order_streams(own_valkey_server, 2, queue=5) as [here, there]:
        async with there.stream.follow(user) as reader:
            own_valkey_server.command("CLIENT", "KILL", "TYPE", "pubsub")
            with pytest.raises(FellBehind):
                await reader.next()
        await there.until_missed(3)  # when it is lost, and when it begins again
        async with there.stream.follow(user) as again:
            here.stream.tell(order_id, user)
            assert await again.next() == order_id


async def test_listeners_read_their_orders_anew_after_redis_was_away(
    own_valkey_server: ValkeyServer, records: Records
) -> None:
    async with (
        order_streams(own_valkey_server, 2, queue=5) as [_, there],
        there.stream.follow(records.user().id) as reader,
    ):
        own_valkey_server.kill()
        own_valkey_server.start()
        with pytest.raises(FellBehind):
            await reader.next()
