"""Contract of OrderStream."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.order_stream import MemoryOrderStream
from solebook.ports.language.ids import OrderId
from solebook.ports.language.streams import FellBehind
from solebook.ports.order_stream import OrderReader, OrderStream

from .records import Records

QUEUE = 3


@pytest.fixture(params=["memory", "nats", "redis"])
async def stream(request: pytest.FixtureRequest) -> AsyncIterator[OrderStream]:
    if request.param == "memory":
        yield MemoryOrderStream(queue=QUEUE)
        return
    from .across_channels import order_streams

    server = request.getfixturevalue({"redis": "valkey_server"}.get(request.param, "nats_server"))
    async with order_streams(server, 1, queue=QUEUE) as [one]:
        yield one.adapter


async def heard(reader: OrderReader) -> list[OrderId]:
    """Return the orders that wait for the reader."""
    orders: list[OrderId] = []
    while True:
        taking = asyncio.create_task(reader.next())
        for _ in range(3):
            await asyncio.sleep(0)
        if not taking.done():
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            return orders
        orders.append(taking.result())


def order_ids(records: Records, number: int) -> list[OrderId]:
    return [OrderId(records.ids.new()) for _ in range(number)]


async def test_each_party_is_told_on_each_of_its_readers(
    stream: OrderStream, records: Records
) -> None:
    buyer, seller, other = (records.user().id for _ in range(3))
    one, two = order_ids(records, 2)
    async with (
        stream.follow(buyer) as first,
        stream.follow(buyer) as second,
        stream.follow(seller) as third,
        stream.follow(other) as fourth,
    ):
        stream.tell(one, buyer, seller)
        stream.tell(two, buyer)
        assert await heard(first) == [one, two]
        assert await heard(second) == [one, two]
        assert await heard(third) == [one]
        assert await heard(fourth) == []


async def test_changes_before_listening_are_not_sent(stream: OrderStream, records: Records) -> None:
    user, [before, during, after] = records.user().id, order_ids(records, 3)
    stream.tell(before, user)
    async with stream.follow(user) as reader:
        stream.tell(during, user)
    stream.tell(after, user)
    async with stream.follow(user) as again:
        assert await heard(again) == []
    assert await heard(reader) == [during]


async def test_order_that_changes_twice_before_it_is_read_is_sent_once(
    stream: OrderStream, records: Records
) -> None:
    user, [one, two] = records.user().id, order_ids(records, 2)
    async with stream.follow(user) as reader:
        for order_id in (one, two, one):
            stream.tell(order_id, user)
        assert await heard(reader) == [one, two]
        stream.tell(one, user)
        assert await heard(reader) == [one]


async def test_who_reads_too_slowly_falls_behind_and_nobody_else_notices(
    stream: OrderStream, records: Records
) -> None:
    user, orders = records.user().id, order_ids(records, QUEUE + 1)
    async with stream.follow(user) as slow, stream.follow(user) as quick:
        for order_id in orders[:-1]:
            stream.tell(order_id, user)
            stream.tell(order_id, user)
        assert await heard(quick) == orders[:-1]
        stream.tell(orders[-1], user)
        assert await heard(quick) == [orders[-1]]
        stream.tell(orders[0], user)
        for _ in range(2):
            with pytest.raises(FellBehind):
                await slow.next()


async def test_queue_of_orders_holds_up_to_its_limit(stream: OrderStream, records: Records) -> None:
    user, orders = records.user().id, order_ids(records, QUEUE)
    async with stream.follow(user) as reader:
        for order_id in (*orders, orders[0]):
            stream.tell(order_id, user)
        assert await heard(reader) == orders


def test_stream_without_a_queue_is_refused() -> None:
    with pytest.raises(ValueError, match="queue must be positive"):
        MemoryOrderStream(queue=0)
