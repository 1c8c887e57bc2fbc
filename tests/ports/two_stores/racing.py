"""Starts calls concurrently, many times."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

from solebook.ports.language.errors import Refusal, Unavailable

from .checkpoint import Checkpoint
from .interleaving import Interleaving

S = TypeVar("S")
T = TypeVar("T")

_PATIENCE = 120.0
"""Seconds of real time after which something hangs."""
_TRIES = 100
_HEAD_START = 5
"""The maximum delay of a call, in turns of the event loop."""
_SHOWN = 100
"""How many characters of a step a failure shows."""


class Race:
    """Starts calls at a barrier, each in its own task, as two processes would.

    With an interleaving, it decides which call goes on, and otherwise the event loop.
    """

    def __init__(self, seed: int, interleaving: Interleaving | None = None) -> None:
        self.seed = seed
        self._random = Random(seed)
        self._interleaving = interleaving

    async def __call__(self, *calls: Callable[[], Awaitable[T]]) -> list[T | Refusal]:
        """Return the result of each call, or its refusal, in the order of the calls."""
        if self._interleaving is None:
            return await self._at_once(calls)
        interleaving = self._interleaving

        async def run(number: int) -> T | Refusal:
            with interleaving.call(number):
                return await _refusal_of(calls[number])

        async with interleaving.running(len(calls)):
            answers = await _all(run(number) for number in range(len(calls)))
        assert interleaving.steps, "the calls did not use the database"
        return answers

    async def _at_once(self, calls: tuple[Callable[[], Awaitable[T]], ...]) -> list[T | Refusal]:
        barrier = asyncio.Barrier(len(calls))

        async def run(call: Callable[[], Awaitable[T]], head_start: int) -> T | Refusal:
            await barrier.wait()
            for _ in range(head_start):
                await asyncio.sleep(0)
            return await _refusal_of(call)

        numbered = list(enumerate(calls))
        self._random.shuffle(numbered)
        head_starts = [self._random.randrange(_HEAD_START) for _ in calls]
        answers = await _all(
            run(call, start) for (_, call), start in zip(numbered, head_starts, strict=True)
        )
        by_number = dict(zip((number for number, _ in numbered), answers, strict=True))
        return [by_number[number] for number in range(len(calls))]

    def explain(self, error: BaseException) -> None:
        """Add to an error how to repeat this race, and what each call did."""
        steps = [] if self._interleaving is None else self._interleaving.steps
        shown = [step[:_SHOWN] for step in steps]
        error.add_note("\n".join([f"Repeat this race with --seed {self.seed}", *shown]))


class Races:
    """Repeats a race, with another seed each time."""

    def __init__(
        self,
        seeds: Sequence[int],
        interleaving: Callable[[int], Interleaving | None],
        checkpoint: Checkpoint | None = None,
        check: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self._seeds = seeds
        self._interleaving = interleaving
        self._checkpoint = checkpoint
        self._check = check

    def with_checks(
        self, checkpoint: Checkpoint, check: Callable[[int], Awaitable[None]]
    ) -> "Races":
        """Return races after each of which `check` asserts what holds; it is given the seed."""
        return Races(self._seeds, self._interleaving, checkpoint, check)

    async def __call__(self, run: Callable[[Race], Awaitable[None]]) -> None:
        """Run one race for each seed. What it raises says how to repeat it."""
        for seed in self._seeds:
            race = Race(seed, self._interleaving(seed))
            try:
                await run(race)
                if self._check is not None:
                    await self._check(seed)
            except BaseException as error:
                race.explain(error)
                raise

    async def on(
        self, prepare: Callable[[], Awaitable[S]], run: Callable[[Race, S], Awaitable[None]]
    ) -> None:
        """Run one race for each seed, on the state that `prepare` makes.

        It is made once, and the exchange is brought back to it for every race.
        """
        checkpoint = self._checkpoint
        assert checkpoint is not None, "only an exchange has one"
        state = await prepare()
        await checkpoint.save()

        async def run_on_state(race: Race) -> None:
            await checkpoint.restore()
            await run(race, state)

        await self(run_on_state)


async def _all(calls: Iterable[Awaitable[T]]) -> list[T]:
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        async with asyncio.timeout(_PATIENCE):
            return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _refusal_of(call: Callable[[], Awaitable[T]]) -> T | Refusal:
    try:
        return await call()
    except Unavailable:
        raise
    except Refusal as refusal:
        return refusal


def tried_again(call: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return a call that is retried while something is unavailable, as the courier does."""

    async def call_until_done() -> T:
        for _ in range(_TRIES):
            try:
                return await call()
            except Unavailable:
                await asyncio.sleep(0)
        raise AssertionError("it never came to an end")

    return call_until_done
