"""Changed orders that processes tell each other, and what they do when a message was lost."""

from typing import TypeAlias

import pytest

from solebook.ports.language.ids import OrderId
from solebook.ports.language.streams import FellBehind

from ..nats_server import NatsServer
from ..valkey_server import ValkeyServer
from .across_channels import order_streams
from .records import Records

Server: TypeAlias = NatsServer | ValkeyServer
SERVERS = {"nats": "nats_server", "redis": "valkey_server"}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(SERVERS[request.param])
    return found


@pytest.fixture(params=SERVERS)
def own_server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(f"own_{SERVERS[request.param]}")
    return found


async def test_a_changed_order_is_told_to_its_parties_in_other_processes(
    server: Server, records: Records
) -> None:
    buyer, seller, other = (records.user().id for _ in range(3))
    one, two = (OrderId(records.ids.new()) for _ in range(2))
    async with (
        order_streams(server, 2, queue=5) as [here, there],
        there.adapter.follow(buyer) as reader,
        there.adapter.follow(other) as alone,
    ):
        here.adapter.tell(one, buyer, seller)
        here.adapter.tell(two, buyer, seller)
        assert [await reader.next(), await reader.next()] == [one, two]
        here.adapter.tell(one, other)
        assert await alone.next() == one


async def test_listeners_read_their_orders_anew_after_a_lost_message(
    server: Server, records: Records
) -> None:
    user, order_id = records.user().id, OrderId(records.ids.new())
    async with order_streams(server, 2, queue=5) as [here, there]:
        async with there.adapter.follow(user) as reader:
            here.adapter.tell(order_id, user)
            assert await reader.next() == order_id
            here.transport.leaks = True
            here.adapter.tell(order_id, user)
            await here.sent()
            here.transport.leaks = False
            with pytest.raises(FellBehind):
                await reader.next()
        async with there.adapter.follow(user) as again:
            here.adapter.tell(order_id, user)
            assert await again.next() == order_id


async def test_listeners_read_their_orders_anew_after_the_server_was_away(
    own_server: Server, records: Records
) -> None:
    async with (
        order_streams(own_server, 2, queue=5) as [_, there],
        there.adapter.follow(records.user().id) as reader,
    ):
        own_server.kill()
        own_server.start()
        with pytest.raises(FellBehind):
            await reader.next()
