"""Loops that a test runs for a while."""

import asyncio
from contextlib import suppress


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
