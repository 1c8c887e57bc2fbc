"""Two processes of all roles on one store: leases decide who has the engine and the relay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.composition.build import build_application
from solebook.composition.embedded import in_another_process
from solebook.composition.engine import engine_of
from solebook.composition.keepers import build_keepers
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import BookKey, QuoteStatus, Size
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.placement import Placement
from solebook.ports.language.users import Actor

from ...exchange import SIZE, Exchange, build_exchange
from ...invariants import check_invariants
from ...lease_line import LeaseLine

SECOND = timedelta(seconds=1)


class Process:
    """A process of all roles on an exchange's store."""

    def __init__(self, exchange: Exchange, holder: str) -> None:
        store = exchange.app.adapters.store
        adapters = replace(
            in_another_process(exchange.app.adapters),
            book_views=MemoryBookViews(store.stored_books),
        )
        stopwatch = VirtualStopwatch(exchange.clock)
        self.line = LeaseLine(store.leases, exchange.clock)
        self.keepers = build_keepers(self.line, stopwatch, holder=holder)
        self.app = build_application(adapters, rules=exchange.app.rules, keepers=self.keepers)
        self._exchange = exchange
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        await self._stack.enter_async_context(Workers(self.app).running())
        await self._exchange.clock.advance(timedelta(0))

    async def stop(self) -> None:
        await self._stack.aclose()

    async def bid(self, buyer: Actor, amount: int = 20_000) -> Placement:
        return await self.app.bidding.place_bid(
            buyer, product_id=self._exchange.product.id, size=SIZE, amount=amount
        )

    async def ask(self, seller: Actor, amount: int = 20_000) -> Placement:
        return await self.app.bidding.place_ask(
            seller, product_id=self._exchange.product.id, size=SIZE, amount=amount
        )

    @property
    def book(self) -> BookKey:
        return BookKey(self._exchange.product.id, Size(SIZE))


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An exchange with people and a product, which is not running."""
    exchange = build_exchange()
    await exchange.open()
    await engine_of(exchange.app).stop()
    await exchange.app.adapters.book_views.end(0, 1)  # others publish from now on
    yield exchange
    await check_invariants(exchange)


@pytest.fixture
async def processes(exchange: Exchange) -> AsyncIterator[tuple[Process, Process]]:
    """An owner and a candidate."""
    both = Process(exchange, "first"), Process(exchange, "second")
    for process in both:
        await process.start()
    yield both
    for process in both:
        process.line.hangs = False
    await later(exchange.clock, 3)
    for process in both:
        await process.stop()


@pytest.fixture
def clock(exchange: Exchange) -> VirtualClock:
    return exchange.clock


async def later(clock: VirtualClock, seconds: int) -> None:
    """Let time pass in small steps, in which many tasks get their turns."""
    for _ in range(seconds * 10):
        await clock.advance(SECOND / 10)


async def test_a_candidate_answers_quote_commands_with_unavailable_and_reads_as_usual(
    exchange: Exchange, processes: tuple[Process, Process]
) -> None:
    owner, candidate = processes
    placed = (await owner.ask(exchange.seller)).quote
    with pytest.raises(Unavailable):
        await candidate.bid(exchange.buyer)
    with pytest.raises(Unavailable):
        await candidate.app.matching.check_ready()
    found = await candidate.app.bidding.view_quote(exchange.seller, placed.side, placed.id)
    assert found.quote.id == placed.id
    view = await candidate.app.adapters.book_views.get(candidate.book, 10)
    assert [level.price for level in view.asks] == [20_000]


async def test_the_candidate_takes_over_within_the_life_of_the_lease(
    exchange: Exchange, processes: tuple[Process, Process], clock: VirtualClock
) -> None:
    owner, candidate = processes
    ask = (await owner.ask(exchange.seller)).quote
    owner.line.hangs = True
    await later(clock, 4)
    with pytest.raises(Unavailable):
        await owner.bid(exchange.buyer)
    placement = await candidate.bid(exchange.buyer)
    assert placement.match is not None
    assert placement.match.ask_id == ask.id


async def test_the_candidate_takes_over_at_once_from_a_process_that_stops(
    exchange: Exchange, processes: tuple[Process, Process], clock: VirtualClock
) -> None:
    owner, candidate = processes
    await owner.ask(exchange.seller)
    await owner.stop()
    await later(clock, 1)
    assert (await candidate.bid(exchange.buyer)).match is not None


async def test_a_trade_is_confirmed_wherever_engine_and_relay_are(
    exchange: Exchange, clock: VirtualClock
) -> None:
    first, second = Process(exchange, "first"), Process(exchange, "second")
    relaying = asyncio.create_task(first.keepers.relay.run(_until_cancelled))
    await later(clock, 1)
    await second.start()  # has the engine, and the first process has the relay
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    await first.start()
    await second.ask(exchange.seller)
    placed = await second.bid(exchange.buyer)
    assert placed.match is not None
    await later(clock, 3)
    order = await exchange.order(placed.match.id)
    assert order.status is OrderStatus.CONFIRMED
    assert first.keepers.relay.is_owner
    assert second.keepers.shards.owned == {0}
    for process in (first, second):
        await process.stop()


async def test_a_match_is_unwound_by_the_process_with_the_engine(
    exchange: Exchange, processes: tuple[Process, Process], clock: VirtualClock
) -> None:
    owner, candidate = processes
    ask = (await owner.ask(exchange.seller)).quote
    placed = await owner.bid(exchange.buyer)
    assert placed.match is not None
    await later(clock, 2)
    await cancel(candidate, exchange, placed.match.id)
    await later(clock, 5)
    assert (await exchange.order(placed.match.id)).status is OrderStatus.CANCELLED
    unwound = await exchange.store.quotes.get(placed.quote.id)
    assert unwound.status is QuoteStatus.CANCELLED
    assert (await exchange.store.quotes.get(ask.id)).status is not QuoteStatus.MATCHED


async def test_quotes_expire_where_the_engine_is(
    exchange: Exchange, processes: tuple[Process, Process], clock: VirtualClock
) -> None:
    owner, candidate = processes
    ask = (await owner.ask(exchange.seller)).quote
    for process in processes:
        await process.stop()
    await clock.advance(ask.expires_at - clock.now())
    await candidate.start()
    await later(clock, 2)
    await candidate.app.matching.check_ready()
    assert (await exchange.store.quotes.get(ask.id)).status is QuoteStatus.EXPIRED


async def cancel(process: Process, exchange: Exchange, order_id: OrderId) -> None:
    await process.app.orders.cancel_order(exchange.seller, order_id, reason="sold elsewhere")


async def _until_cancelled(_: object) -> None:
    await asyncio.get_running_loop().create_future()
