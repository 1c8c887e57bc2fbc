"""Sources take turns, and nobody who floods the line keeps others out."""

import asyncio

import pytest

from solebook.adapters.security.turns import LineFull, Turns
from solebook.ports.language.sources import Source


class Line:
    """Calls that work until they are told to stop."""

    def __init__(self, most: int, most_of_one: int = 8) -> None:
        self.turns = Turns(most, most_of_one)
        self.order: list[str] = []
        self.go_on = asyncio.Semaphore(0)

    async def call(self, name: str, *, trusted: bool = False) -> None:
        async with self.turns.turn(Source(name, trusted)):
            self.order.append(name)
            await self.go_on.acquire()

    async def begin(self, names: str, *, trusted: bool = False) -> list[asyncio.Task[None]]:
        """Let somebody call for each letter; it is their source."""
        calls = [asyncio.create_task(self.call(name, trusted=trusted)) for name in names]
        await asyncio.sleep(0)
        return calls

    async def end(self, *calls: asyncio.Task[None]) -> list[BaseException | None]:
        for _ in calls:
            self.go_on.release()
        return await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize(
    ("arrived", "served"), [("aaab", "aaba"), ("aabbcc", "aabcbc"), ("aaabbc", "aabcab")]
)
async def test_sources_take_turns(arrived: str, served: str) -> None:
    line = Line(most=10)
    calls = await line.begin(arrived)
    assert await line.end(*calls) == [None] * len(arrived)
    assert "".join(line.order) == served


async def test_trusted_sources_have_every_second_turn() -> None:
    line = Line(most=10)
    flood = await line.begin("abcdef")
    known = await line.begin("yz", trusted=True)
    await line.end(*flood, *known)
    assert "".join(line.order) == "aybzcdef"


async def test_a_source_has_few_places_in_the_line() -> None:
    line = Line(most=10, most_of_one=3)
    calls = await line.begin("aaaaab")
    outcomes = await line.end(*calls)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [LineFull] * 2 + [
        type(None)
    ]


async def test_in_a_full_line_the_source_with_the_most_gives_way() -> None:
    line = Line(most=5)
    flood = await line.begin("aaaaa")
    others = await line.begin("bc")
    late = await line.begin("bd")
    outcomes = await line.end(*flood, *others, *late)
    refused = [type(outcome) is LineFull for outcome in outcomes]
    assert refused == [False, False, True, True, True, False, False, True, False]


async def test_a_line_full_of_strangers_is_open_to_trusted_sources() -> None:
    line = Line(most=3)
    flood = await line.begin("abcd")
    known = await line.begin("a", trusted=True)
    outcomes = await line.end(*flood, *known)
    assert [type(outcome) is LineFull for outcome in outcomes] == [False, False, False, True, False]


async def test_a_call_that_was_given_up_leaves_its_turn_to_the_next() -> None:
    line = Line(most=4)
    first, second, third, fourth = await line.begin("abcd")
    third.cancel()
    await asyncio.sleep(0)
    line.go_on.release()
    await first  # it is the turn of the second now
    second.cancel()
    assert await line.end(fourth) == [None]
    assert line.order in (["a", "d"], ["a", "b", "d"])
    again = await line.begin("abcd")
    assert await line.end(*again) == [None] * 4


async def test_a_closed_line_lets_nobody_wait() -> None:
    line = Line(most=4)
    calls = await line.begin("abc")
    line.turns.close()
    outcomes = await line.end(*calls)
    assert [type(outcome) for outcome in outcomes] == [type(None)] + [asyncio.CancelledError] * 2
