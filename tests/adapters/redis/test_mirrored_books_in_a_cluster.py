"""The books of an engine in another process, over a cluster of one node."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.book_news import Told, decode
from solebook.adapters.redis.book_publisher import BEAT
from solebook.ports.language.market import BookView

from ...ports.mirrored_books import processes
from ...ports.records import Records
from ...ports.small_books import change, whole
from ...valkey_server import ValkeyServer
from .test_cluster import node
from .test_mirrored_books import following, rebuilt, shows

__all__ = ["node"]
pytestmark = [pytest.mark.real, pytest.mark.integration]


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


async def test_a_follower_on_a_cluster_gets_every_change(
    node: ValkeyServer, records: Records
) -> None:
    books = [records.book() for _ in range(5)]
    async with processes(node, 2, kind="cluster") as [engine, reader]:
        await engine.begin()
        await reader.has_heard_all()
        async with AsyncExitStack() as stack:
            following_all = [
                await stack.enter_async_context(following(reader, book)) for book in books
            ]
            for seq in range(7, 107):
                for book in books:
                    if seq == 7:
                        await engine.views.publish(whole(book, 7))
                    else:
                        await engine.views.apply(change(book, seq, seq))
                await asyncio.sleep(0.005)
            for book, news in zip(books, following_all, strict=True):
                copy = await rebuilt(news, 106)
                assert copy.view(book) == whole(book, 106, 106)
        assert reader.missed == 1


async def test_after_a_lost_message_a_follower_gets_the_whole_book(
    node: ValkeyServer, records: Records
) -> None:
    book = records.book()
    async with processes(node, 2, kind="cluster", beat=BEAT) as [engine, reader]:
        await engine.begin()
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        async with following(reader, book) as news:
            copy = await rebuilt(news, 7)
            reader.loses = lambda message: isinstance(decode.decode(message), Told)
            await engine.views.apply(change(book, 8, 3))
            await engine.views.flush()
            reader.loses = lambda _: False
            async with asyncio.timeout(2.0):
                await rebuilt(news, 8, copy)
            assert copy.view(book) == whole(book, 8, 3)


async def test_a_book_without_quotes_is_followed_from_its_first_one(
    node: ValkeyServer, records: Records
) -> None:
    book = records.book()
    async with processes(node, 2, kind="cluster") as [engine, reader]:
        await engine.begin()
        await reader.has_heard_all()
        assert await reader.views.get(book, 10) == BookView(book, 0)
        async with following(reader, book) as news:
            await engine.views.publish(whole(book, 7))
            await engine.views.apply(change(book, 8, 3))
            assert (await rebuilt(news, 8)).view(book) == whole(book, 8, 3)
