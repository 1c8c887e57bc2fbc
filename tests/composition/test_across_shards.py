"""Applications of one exchange that share the shards of its books over NATS, as processes do."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import reshard_of
from solebook.composition.health import view_health_of
from solebook.composition.without_engine import has_engine, run_without_engine
from solebook.config.settings import Settings
from solebook.ports.language.errors import BookHalted, Unavailable
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId
from solebook.ports.language.market import BookKey, shard_of
from solebook.ports.language.users import OPERATOR

from .test_across import (
    ENGINE,
    HTTP,
    PATIENCE,
    eventually,
    is_reached,
    join,
    new_book,
    process,
    settings,
)

__all__ = ["settings"]
SHARDS = 2


@pytest.fixture
async def divided(settings: Settings) -> Settings:  # it is a fixture
    async with open_application(settings) as app:
        await reshard_of(app)(OPERATOR, SHARDS, reason="a test")
    return settings


def owned(app: Application) -> set[int]:
    assert app.keepers is not None
    return set(app.keepers.shards.owned)


async def both_own_one(one: Application, other: Application) -> bool:
    return len(owned(one)) == len(owned(other)) == 1


async def books_of_shards(app: Application) -> list[BookKey]:
    """Return the book of a new product in each shard."""
    books: dict[int, BookKey] = {}
    while len(books) < SHARDS:
        book = await new_book(app)
        books[shard_of(book, SHARDS)] = book
    return [books[shard] for shard in range(SHARDS)]


async def test_a_process_without_engines_trades_in_all_shards_and_hears_of_everything(
    divided: Settings,
) -> None:
    async with AsyncExitStack() as stack:
        here, one, other = [
            await stack.enter_async_context(process(divided, roles))
            for roles in (HTTP, ENGINE, ENGINE)
        ]
        await eventually(lambda: both_own_one(one, other))
        await eventually(lambda: is_reached(here))
        for engine in (one, other):
            [shard] = owned(engine)
            health = await view_health_of(engine)()
            assert health["lease of matching"].state == f"owner of {shard} of 2 shards"
        buyer, seller = await join(here, "buyer"), await join(here, "seller")
        for book in await books_of_shards(here):
            reader = await stack.enter_async_context(here.adapters.book_stream.open())
            await reader.follow(book)
            assert (await reader.next()).book == book
            ask = (
                await here.bidding.place_ask(
                    seller, product_id=book.product_id, size=book.size, amount=20_000
                )
            ).quote
            async with asyncio.timeout(PATIENCE):
                await reader.next()
            assert (await here.adapters.book_views.get(book, 1)).lowest_ask == 20_000
            bid = await here.bidding.place_bid(
                buyer, product_id=book.product_id, size=book.size, amount=20_000
            )
            assert bid.match is not None
            assert bid.match.ask_id == ask.id


async def test_each_shard_shows_the_halts_of_its_books(divided: Settings) -> None:
    async with AsyncExitStack() as stack:
        here, one, other = [
            await stack.enter_async_context(process(divided, roles))
            for roles in (HTTP, ENGINE, ENGINE)
        ]
        await eventually(lambda: both_own_one(one, other))
        await eventually(lambda: is_reached(here))
        seller = await join(here, "seller")
        for book in await books_of_shards(here):

            async def is_halted(book: BookKey = book) -> bool:
                return (await here.adapters.book_views.get(book, 1)).halted

            async def is_open(book: BookKey = book) -> bool:
                return not (await here.adapters.book_views.get(book, 1)).halted

            halt = Halt(
                id=HaltId(here.adapters.ids.new()),
                product_id=book.product_id,
                size=None,
                condition=None,
                halted_at=here.adapters.clock.now(),
            )
            await here.matching.halt(halt)
            await eventually(is_halted)
            with pytest.raises(BookHalted):
                await here.bidding.place_ask(
                    seller, product_id=book.product_id, size=book.size, amount=20_000
                )
            await here.matching.open(halt.id)
            await eventually(is_open)


async def test_a_shard_without_an_engine_leaves_the_others_ready(divided: Settings) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(process(divided, HTTP))
        one = await stack.enter_async_context(process(divided, ENGINE))

        async def owns_both() -> bool:
            return len(owned(one)) == SHARDS

        await eventually(owns_both)
        health = await view_health_of(here)()
        assert health["matching of shard 1"].state == "answers"
        async with open_application(divided) as command:
            assert await has_engine(command)
            with pytest.raises(ValueError, match="the exchange is running"):
                await run_without_engine(command, nothing)
        # Another holder has the lease of a shard whose engine does not answer.
        leases = here.adapters.store.leases
        held = await leases.held(["matching.of.2.1"])
        await leases.release(held["matching.of.2.1"])
        assert await leases.acquire("matching.of.2.1", "nobody", timedelta(minutes=1))

        async def is_degraded() -> bool:
            return (await view_health_of(here)())["matching of shard 1"].refusal is not None

        await eventually(is_degraded)
        assert (await view_health_of(here)())["matching"].state == "answers"


async def test_a_process_from_before_the_division_owns_nothing_and_reaches_nobody(
    settings: Settings,
) -> None:
    async with process(settings, HTTP | ENGINE) as before:
        await eventually(lambda: is_reached(before))
        async with open_application(settings) as app:
            # As if the engine's process had been stopped by its machine, and its lease were over.
            await reshard_of(app)(OPERATOR, SHARDS, reason="a test")

        async def owns_nothing() -> bool:
            return not owned(before)

        await eventually(owns_nothing)
        health = await view_health_of(before)()
        assert "shards is 2 there and 1 here" in str(health["lease of matching"].refusal)
        async with process(settings, HTTP | ENGINE) as after:
            await eventually(lambda: is_reached(after))
            with pytest.raises(Unavailable):
                await before.matching.check_ready()


async def nothing() -> None:
    raise AssertionError("an engine runs")
