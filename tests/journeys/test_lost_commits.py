"""Wherever the answer to a COMMIT is lost, everything ends as if it had come."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from random import Random

import pytest

from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.migrate import migrate
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.composition.sql_store import build_sql_store
from solebook.core.operations.answer_once import Answered
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.market import Side
from solebook.ports.language.notifications import Channel
from solebook.ports.language.paging import PageRequest

from ..cut_line import CutLine, Fate, cut_line
from ..exchange import MONDAY, Exchange, exchange_on
from ..invariants import check_invariants
from ..postgres_server import PostgresServer
from .stories import (
    EXPECTED,
    Outcome,
    Story,
    a_card_is_declined,
    a_pair_fails_authentication,
    a_pair_is_sold_and_paid_out,
    outcome_of,
)

STORIES = (a_pair_is_sold_and_paid_out, a_pair_fails_authentication, a_card_is_declined)
_TOWN = "story_town"


@dataclass(frozen=True)
class Town:
    """A database in which everybody has joined already, to be copied."""

    server: PostgresServer
    exchange: Exchange
    index: MemorySearchIndex


@asynccontextmanager
async def process(url: str, seed: int, index: MemorySearchIndex) -> AsyncIterator[Exchange]:
    """The whole application on a database, with a search index that was made from it."""
    clock = VirtualClock(MONDAY)
    ids = SeededIds(seed, clock)
    async with SqlDatabase(url) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        provider = EmbeddedPaymentProvider(MemoryJournal(), clock, "whsec_test")
        adapters = embedded_adapters(store, clock=clock, ids=ids)
        adapters = replace(
            adapters,
            payment_provider=provider,
            card_vault=EmbeddedCardVault(provider),
            search_index=index,
            shown_search=index,
        )
        yield exchange_on(adapters)


@pytest.fixture(scope="module")
def town(postgres_server: PostgresServer) -> Iterator[Town]:
    async def settle_down() -> Exchange:
        url = postgres_server.create_database(_TOWN)
        await migrate(url)
        async with process(url, seed=1, index=index) as exchange:
            await exchange.open()
            await exchange.want({Channel.IN_APP})
            await engine_of(exchange.app).stop()
        return exchange

    index = MemorySearchIndex()
    yield Town(postgres_server, asyncio.run(settle_down()), index)
    # A worker of pytest-xdist may come back to this file after others.
    postgres_server.sql(f"DROP DATABASE {_TOWN}")


async def insist(do: Callable[[], Awaitable[None]]) -> None:
    """Do something, and again when it failed; the line is cut only once."""
    for _ in range(5):
        with suppress(Unavailable):
            await do()
            return
    await do()


@asynccontextmanager
async def lived(town: Town, line: CutLine) -> AsyncIterator[Exchange]:
    """The exchange on a copy of the database, whose engine is not started yet."""
    name = "story"
    town.server.create_database(name, _TOWN)
    try:
        index = copy.deepcopy(town.index)
        async with process(line.url(name), seed=7, index=index) as exchange:
            yield exchange
            await engine_of(exchange.app).stop()
    finally:
        town.server.sql(f"DROP DATABASE {name} WITH (FORCE)")


async def told(town: Town, line: CutLine, story: Story, number: int, fate: Fate) -> Outcome:
    """Tell a story, cutting the line at one of its commits."""
    async with lived(town, line) as exchange:

        async def tell() -> None:
            await story(exchange)
            await exchange.quiet()

        line.cut_at(number, fate)
        await insist(lambda: exchange.reopen(town.exchange))
        await insist(tell)
        await check_invariants(exchange)
        outcome = await outcome_of(exchange)
        # What is tried again may happen after what does not depend on it.
        return replace(outcome, histories=[sorted(history) for history in outcome.histories])


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_commit_that_nobody_hears_of_changes_nothing_in_the_end(
    story: Story, town: Town, full: bool
) -> None:
    async with cut_line(town.server) as line:
        smooth = await told(town, line, story, 0, Fate.DONE)
        assert EXPECTED[story][0] in smooth.histories[0]
        assert smooth.provider == EXPECTED[story][1]
        commits = range(1, line.commits + 1)
        was_cut: list[bool] = []
        for fate in Fate:
            for number in (
                commits if full else Random(fate).sample(commits[: len(commits) * 3 // 4], 1)
            ):
                outcome = await told(town, line, story, number, fate)
                assert outcome == smooth, f"commit {number} was {fate}"
                was_cut.append(line.was_cut)
        assert was_cut.count(True) > 0.9 * len(was_cut), "lives differ a little"


@pytest.fixture
async def line(town: Town) -> AsyncIterator[CutLine]:
    async with cut_line(town.server) as line:
        yield line


@pytest.fixture
async def exchange(town: Town, line: CutLine) -> AsyncIterator[Exchange]:
    async with lived(town, line) as exchange:
        await exchange.reopen(town.exchange)
        yield exchange
        await check_invariants(exchange)


@pytest.mark.parametrize("fate", Fate)
async def test_a_quote_whose_commit_nobody_hears_of_is_placed_once(
    exchange: Exchange, line: CutLine, fate: Fate
) -> None:
    seller = exchange.seller
    key = IdempotencyKey(seller.user_id, "ask", "key", "body")
    line.cut_at(1, fate)
    with pytest.raises(Unavailable):
        await exchange.ask(seller, idempotency_key=key)
    placed = await exchange.ask(seller, idempotency_key=key)
    await line.is_over.wait()
    assert placed.replayed is (fate is Fate.DONE)  # one that comes after the next changes nothing
    listed = await exchange.app.bidding.list_quotes(seller, Side.ASK, PageRequest(limit=100))
    assert listed.items == (placed.quote,)
    bought = await exchange.bid(exchange.buyer)
    assert bought.match is not None
    assert bought.match.ask_id == placed.quote.id
    await exchange.quiet()


@pytest.mark.parametrize("fate", Fate)
async def test_a_request_whose_commit_nobody_hears_of_has_one_effect_and_one_answer(
    exchange: Exchange, line: CutLine, fate: Fate
) -> None:
    buyer, users = exchange.buyer, exchange.app.users
    key = IdempotencyKey(buyer.user_id, "address", "key", "body")
    before = len(await users.list_addresses(buyer))

    async def move() -> bytes:
        await exchange.move_to(buyer)
        return b"moved"

    answers: list[Answered] = []

    async def ask() -> None:
        answers.append(await exchange.app.operations.answer_once(key, move))

    line.cut_at(1, fate)
    await insist(ask)
    await ask()
    assert [answer.answer for answer in answers] == [b"moved"] * 2
    assert answers[1].replayed
    assert line.was_cut
    assert len(await users.list_addresses(buyer)) == before + 1


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.DONE])
async def test_what_may_be_committed_is_announced(
    exchange: Exchange, line: CutLine, fate: Fate
) -> None:
    product, catalog = exchange.product, exchange.app.catalog
    await catalog.view_product(product.id)  # from now on it is in the cache

    async def rename() -> None:
        await catalog.edit_product(exchange.admin, product.id, model="Renamed")

    line.cut_at(1, fate)
    with pytest.raises(Unavailable):
        await rename()
    stored = await exchange.app.adapters.stored_products.get(product.id)
    assert await catalog.view_product(product.id) == stored
