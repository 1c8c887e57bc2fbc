"""How often Python looks for garbage in a process that serves."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

_THRESHOLDS = 10_000, 20, 100
_SPARE_AFTER = 0.25
"""Seconds between two times that what was loaded meanwhile is spared."""


@contextmanager
def looked_at_rarely() -> Iterator[None]:
    """Look for garbage less often until the block is left.

    What a start builds is kept, and looking at it again and again is a tenth of a start.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def collect_rarely() -> None:
    """Spare what was built until now, and look at the rest less often.

    The collector looks for objects that refer to each other in circles. Each time that it looks at
    all of them everybody waits, for a tenth of a second and more: most stay for good, such as the
    routes and the statements. Whatever is in no circle, such as a quote, goes without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


async def spare_what_loads(loaded: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Spare also what is loaded after the start, until `loaded` returns.

    Resting quotes are most of what a process has. Looking at all of them would take seconds, and
    also the younger ones would be many while they are loaded.
    """
    task = asyncio.create_task(loaded())
    try:
        while not task.done():
            await asyncio.wait([task], timeout=_SPARE_AFTER)
            gc.freeze()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
