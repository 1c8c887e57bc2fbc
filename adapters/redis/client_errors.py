"""What the client raises, and what it forgets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.exceptions import RedisClusterException, RedisError

FAILURES = (RedisError, RedisClusterException, OSError, TimeoutError, ValueError)
"""What the client raises.

RedisClusterException, which is no RedisError, if no node of a cluster answers. ValueError if
something else than Redis answers.
"""


@asynccontextmanager
async def noticing_cancellation() -> AsyncIterator[None]:
    """Raise CancelledError at the end of the block if the task was cancelled meanwhile.

    The client sends with `asyncio.wait_for`, which forgets in Python 3.11 that the task was
    cancelled if the command was just sent.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        yield
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError


def note_end(task: asyncio.Task[Any]) -> None:
    """Take note of a failure, because whoever waited for a task may have given up."""
    if not task.cancelled():
        task.exception()
