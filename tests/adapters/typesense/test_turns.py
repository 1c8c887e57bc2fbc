"""A process takes over the turn of another that was killed, or that hung for too long."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.adapters.typesense import writers
from solebook.adapters.typesense.documents import Stored
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import ProductId

from ...ports.shelf import Shelf, figures
from ...typesense_indexes import open_typesense_index
from ...typesense_server import TypesenseServer

PREFIX = "turns"
TURN = timedelta(seconds=19)
"""A call may take ten of them."""


class LaterClock(SystemClock):
    """Is ahead, as the clock of a process that comes when a turn is over."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


class HungStopwatch(SystemStopwatch):
    """Is ahead, as that of a process that was stopped for a while."""

    ahead = 0.0

    def elapsed(self) -> float:
        return super().elapsed() + self.ahead


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "_PATIENCE", 0.1)


async def test_the_turn_of_a_killed_process_is_taken_over_when_it_ends_and_not_before(
    typesense_server: TypesenseServer, ids: SeededIds
) -> None:
    clock = LaterClock()
    async with (
        open_typesense_index(typesense_server, PREFIX) as killed,
        open_typesense_index(typesense_server, PREFIX, clock=clock) as other,
    ):
        shoe = await Shelf(killed, ids).add()
        later = replace(shoe, version=2)
        turn = killed.writing(shoe.product_id)
        await turn.__aenter__()  # and does not give it back
        for ahead in (timedelta(0), TURN / 2):
            clock.ahead = ahead
            with pytest.raises(Unavailable):
                async with other.writing(shoe.product_id):
                    raise AssertionError("two have a turn")
        clock.ahead = TURN
        async with other.writing(shoe.product_id):
            await other.put(later)
        assert await killed.documents([shoe.product_id]) == {shoe.product_id: later}
        with suppress(Unavailable):
            await turn.__aexit__(None, None, None)


async def test_a_process_that_hung_writes_nothing_that_it_read_before_another_took_over(
    typesense_server: TypesenseServer, ids: SeededIds
) -> None:
    stopwatch, clock = HungStopwatch(), LaterClock()
    clock.ahead = TURN
    async with (
        open_typesense_index(typesense_server, PREFIX, stopwatch=stopwatch) as hung,
        open_typesense_index(typesense_server, PREFIX, clock=clock) as other,
        open_typesense_index(typesense_server, PREFIX) as third,
    ):
        shoe = await Shelf(third, ids).add()
        has_read, goes_on = asyncio.Event(), asyncio.Event()
        read = hung.state_in

        async def read_and_hang(name: str, product_id: ProductId) -> Stored | None:
            found = await read(name, product_id)
            has_read.set()
            await goes_on.wait()
            return found

        hung.state_in = read_and_hang  # type: ignore[method-assign]

        async def write_late() -> None:
            async with hung.writing(shoe.product_id):
                await hung.put(replace(shoe, version=2))
                await hung.put_figures(shoe.product_id, figures(1_000, minutes=2))

        late = asyncio.create_task(write_late())
        await has_read.wait()
        newest = replace(shoe, version=3)
        async with other.writing(shoe.product_id):
            await other.put(newest)
            stopwatch.ahead = TURN.total_seconds()
            goes_on.set()
            with pytest.raises(Unavailable, match="turn to write"):
                await late
            with pytest.raises(Unavailable):  # the turn that it gave back was only its own
                async with third.writing(shoe.product_id):
                    raise AssertionError("two have a turn")
        assert await third.documents([shoe.product_id]) == {shoe.product_id: newest}
