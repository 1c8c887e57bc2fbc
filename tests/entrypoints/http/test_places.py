"""Places for costly requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from solebook.entrypoints.http.edge.places import Places
from solebook.ports.language.errors import RateLimited


class _Guests:
    """Who was let in, in order. Each stays until it is told to go."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self.inside: list[str] = []
        self._go: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """Let guests come, each named by its owner and a number."""
        for name in names:
            self._go[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._stay(name))
        await self._settle()

    async def leave(self, name: str) -> None:
        self._go[name].set()
        await self._settle()

    async def give_up(self, name: str) -> None:
        self._tasks[name].cancel()
        await self._settle()

    async def _stay(self, name: str) -> None:
        async with self._places.taken(name[0]):
            self.inside.append(name)
            await self._go[name].wait()
            self.inside.remove(name)

    @staticmethod
    async def _settle() -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


@asynccontextmanager
async def guests(*, at_once: int, per_owner: int, waiting: int = 9) -> AsyncIterator[_Guests]:
    guests = _Guests(Places(at_once=at_once, per_owner=per_owner, waiting=waiting))
    yield guests
    await guests.end()


async def test_an_owner_has_some_places_and_leaves_the_others_free() -> None:
    async with guests(at_once=3, per_owner=2) as some:
        await some.come("a1", "a2", "a3", "b1")
        assert some.inside == ["a1", "a2", "b1"]
        await some.leave("b1")
        assert some.inside == ["a1", "a2"]
        await some.leave("a1")
        assert some.inside == ["a2", "a3"]


async def test_who_comes_later_does_not_wait_for_all_of_another_owner() -> None:
    async with guests(at_once=1, per_owner=1) as some:
        await some.come("a1", "a2", "a3", "b1", "b2")
        order = []
        for _ in range(5):
            [inside] = some.inside
            order.append(inside)
            await some.leave(inside)
        assert order == ["a1", "a2", "b1", "a3", "b2"]


async def test_a_queue_that_is_too_long_is_refused_to_its_owner_alone() -> None:
    places = Places(at_once=1, per_owner=1, waiting=1)
    async with places.taken("a"):
        waiting = asyncio.create_task(_name_in_place(places, "a"))
        await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            async with places.taken("a"):
                pytest.fail("it got a place")
        other = asyncio.create_task(_name_in_place(places, "b"))
        await asyncio.sleep(0)
    assert [await waiting, await other] == ["a", "b"]


async def _name_in_place(places: Places, owner: str) -> str:
    async with places.taken(owner):
        return owner


async def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    async with guests(at_once=1, per_owner=1) as some:
        await some.come("a1", "a2", "b1")
        await some.give_up("a2")
        await some.leave("a1")
        assert some.inside == ["b1"]
        await some.give_up("b1")
        await some.come("a3")
        assert "a3" in some.inside


async def test_a_place_can_be_left_before_the_end_once() -> None:
    places = Places(at_once=1, per_owner=1, waiting=1)
    async with places.taken("a") as leave:
        leave()
        leave()
        async with places.taken("a"):
            waiting = asyncio.create_task(_name_in_place(places, "b"))
            await asyncio.sleep(0)
            assert not waiting.done(), "it was left twice"
        assert await waiting == "b"
