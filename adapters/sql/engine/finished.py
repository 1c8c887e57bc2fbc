"""Work that a cancellation does not interrupt."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(
    work: Coroutine[Any, Any, T], *, on_cancel: Callable[[], None] | None = None
) -> T:
    """Complete the work even if the caller is cancelled. The cancellation is raised afterwards.

    `on_cancel` is called at the cancellation, and may speed the work up.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
            if on_cancel is not None:
                on_cancel()
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio logs it; the cancellation is raised instead
        raise cancelled
    return task.result()
