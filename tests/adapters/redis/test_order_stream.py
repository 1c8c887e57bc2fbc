"""Changed orders of processes whose subscription was lost."""

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.ids import OrderId
from solebook.ports.language.streams import FellBehind

from ...ports.across_channels import order_streams
from ...ports.records import Records
from ...valkey_server import ValkeyServer


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


async def test_listeners_read_their_orders_anew_after_a_lost_subscription(
    own_valkey_server: ValkeyServer, records: Records
) -> None:
    user, order_id = records.user().id, OrderId(records.ids.new())
    async with order_streams(own_valkey_server, 2, queue=5) as [here, there]:
        async with there.adapter.follow(user) as reader:
            own_valkey_server.command("CLIENT", "KILL", "TYPE", "pubsub")
            with pytest.raises(FellBehind):
                await reader.next()
        await there.until_missed(3)  # when it is lost, and when it begins again
        async with there.adapter.follow(user) as again:
            here.adapter.tell(order_id, user)
            assert await again.next() == order_id
