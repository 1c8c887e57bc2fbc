"""Published books in a Redis that forgets, hangs and is taken over."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.redis.connection import RedisConnection
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.market import (
    BookKey,
    BookView,
    Condition,
    PriceLevel,
)

from ...ports.records import Records
from ...ports.shared_books import views_over
from ...ports.small_books import change, whole
from ...redis_connections import PATIENCE, connected, some_prefix
from ...valkey_server import ValkeyServer


class Stored(StoredBooks):
    """Books that are as they were at number 5, which no test publishes."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        return [BookView(book, 5, (PriceLevel(50, 5),)) for book in books]


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


def stored(book: BookKey) -> BookView:
    return BookView(book, 5, (PriceLevel(50, 5),))


@asynccontextmanager
async def engine(connection: RedisConnection, epoch: int = 1) -> AsyncIterator[RedisBookViews]:
    """Yield the views of a process whose engine has published that all books are empty."""
    views = views_over(connection, Stored())
    async with views.publishing():
        await views.begin(0, 1, 6, Unlimited(), epoch=epoch)
        await views.show_halts([])
        await views.complete(0, 1, 6)
        yield views


async def shown(reader: RedisBookViews, view: BookView) -> None:
    """Wait until readers get this view."""
    async with asyncio.timeout(PATIENCE):
        while await reader.get(view.book, 10) != view:  # noqa: ASYNC110  # another task publishes
            await asyncio.sleep(0.002)


async def test_best_prices_are_found_by_a_plain_command(
    own_valkey_server: ValkeyServer, book: BookKey
) -> None:
    used = BookKey(book.product_id, book.size, Condition.USED)
    command = own_valkey_server.command
    async with connected(own_valkey_server) as connection, engine(connection) as views:
        await views.publish(
            BookView(book, 7, (PriceLevel(90, 1), PriceLevel(80, 2)), (PriceLevel(200, 3),))
        )
        await views.publish(BookView(used, 7, (), (PriceLevel(150, 1),)))
        await views.flush()
        name = f"{book.product_id}:{book.size}"
        assert command("ZRANGE", f"asks:{name}", "0", "0") == "*1\r\n$3\r\n200\r\n"
        assert command("ZREVRANGE", f"bids:{name}", "0", "0") == "*1\r\n$2\r\n90\r\n"
        assert command("ZSCORE", f"bids:{name}", "80") == "$2\r\n80\r\n"
        assert command("HGET", f"book:{name}", "b:80") == "$1\r\n2\r\n"
        assert command("HGET", f"book:{name}", "seq") == "$1\r\n7\r\n"
        assert command("ZRANGE", f"asks:{name}:used", "0", "0") == "*1\r\n$3\r\n150\r\n"


async def test_after_everything_was_deleted_the_store_answers_until_all_is_published_again(
    own_valkey_server: ValkeyServer, records: Records, book: BookKey
) -> None:
    empty = records.book()
    async with (
        connected(own_valkey_server) as here,
        connected(own_valkey_server) as there,
        engine(here) as views,
    ):
        reader = views_over(there, Stored())
        await views.publish(whole(book, 7))
        await views.flush()
        assert await reader.best([book, empty]) == [whole(book, 7), BookView(empty, 6)]
        own_valkey_server.command("FLUSHALL")
        assert await reader.get(empty, 10) in (stored(empty), BookView(empty, 6))
        await shown(reader, whole(book, 7))
        await shown(reader, BookView(empty, 6))


async def test_without_a_publisher_what_is_there_is_not_believed_for_long(
    own_valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with connected(own_valkey_server) as connection:
        async with engine(connection) as views:
            await views.publish(whole(book, 7))
            await views.flush()
        reader = views_over(connection, Stored())
        assert await reader.get(book, 10) == whole(book, 7)
        await shown(reader, stored(book))


async def test_an_owner_that_was_overtaken_changes_nothing(
    own_valkey_server: ValkeyServer, records: Records, book: BookKey
) -> None:
    other = records.book()
    async with connected(own_valkey_server) as here, connected(own_valkey_server) as there:
        reader = views_over(there, Stored())
        async with engine(here, epoch=1) as old, engine(there, epoch=2) as new:
            await new.publish(whole(book, 8, 4))
            await new.flush()
            await old.publish(whole(book, 9, 9))
            await old.publish(whole(other, 9, 9))
            await asyncio.sleep(0.2)  # in which it would be written many times
            assert await reader.get(book, 10) == whole(book, 8, 4)
            assert await reader.get(other, 10) == BookView(other, 6)


async def test_a_book_that_is_lost_alone_is_read_from_the_store_and_published_again(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    prefix = some_prefix()
    async with (
        connected(valkey_server, prefix=prefix) as here,
        connected(valkey_server, prefix=prefix) as there,
        engine(here) as views,
    ):
        reader = views_over(there, Stored())
        await views.publish(whole(book, 7))
        await views.flush()
        await here.call("DEL", here.name("bids", f"{book.product_id}:{book.size}"))
        assert await reader.get(book, 10) in (whole(book, 7), stored(book))
        await shown(reader, whole(book, 7))


async def test_changes_of_a_book_are_written_together_while_redis_hangs(
    own_valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with connected(own_valkey_server, timeout=0.1) as here, engine(here) as views:
        await views.publish(whole(book, 7))
        await views.flush()
        own_valkey_server.pause()
        for seq in range(8, 1_000):
            await views.apply(change(book, seq, seq))
        assert await views.get(book, 10) == whole(book, 999, 999)
        await asyncio.sleep(0.3)
        lag = views.lag
        assert (lag.books, lag.seconds >= 0.3) == (1, True)
        own_valkey_server.resume()
        async with connected(own_valkey_server) as there:
            await shown(views_over(there, Stored()), whole(book, 999, 999))
        await views.flush()
        assert views.lag.books == 0


async def test_a_killed_server_that_comes_back_empty_has_all_books_again(
    own_valkey_server: ValkeyServer, records: Records
) -> None:
    books = [records.book() for _ in range(250)]
    async with (
        connected(own_valkey_server) as here,
        connected(own_valkey_server) as there,
        engine(here) as views,
    ):
        for book in books:
            await views.publish(whole(book, 7))
        await views.flush()
        own_valkey_server.kill()
        reader = views_over(there, Stored())
        assert await reader.get(books[0], 10) == stored(books[0])
        own_valkey_server.start()
        for book in books:
            await shown(reader, whole(book, 7))
