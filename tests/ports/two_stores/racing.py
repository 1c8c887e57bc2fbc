"""Starts calls concurrently."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

from solebook.ports.language.errors import Refusal, Unavailable

T = TypeVar("T")

_PATIENCE = 30.0
"""Seconds of real time after which something hangs."""
_TRIES = 100
_HEAD_START = 5
"""The maximum delay of a call, in turns of the event loop."""


class Race:
    """Starts calls at a barrier, each in its own task, as two processes would."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    async def __call__(self, *calls: Callable[[], Awaitable[T]]) -> list[T | Refusal]:
        """Return the result of each call, or its refusal, in the order of the calls."""
        barrier = asyncio.Barrier(len(calls))

        async def run(call: Callable[[], Awaitable[T]], head_start: int) -> T | Refusal:
            await barrier.wait()
            for _ in range(head_start):
                await asyncio.sleep(0)
            try:
                return await call()
            except Unavailable:
                raise
            except Refusal as refusal:
                return refusal

        numbered = list(enumerate(calls))
        self._random.shuffle(numbered)
        started = [
            (number, asyncio.create_task(run(call, self._random.randrange(_HEAD_START))))
            for number, call in numbered
        ]
        async with asyncio.timeout(_PATIENCE):
            answers = {number: await task for number, task in started}
        return [answers[number] for number in range(len(calls))]


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
