"""How much of a pool of connections is in use."""

import asyncio
from asyncio import Semaphore
from time import perf_counter

from ....ports.language.pools import PoolUse, PoolWaits


def use_of(free: Semaphore, size: int, waits: PoolWaits) -> PoolUse:
    """Return the use of a pool of so many connections, which are taken from a semaphore.

    It is read from the semaphore itself, so that to take a connection costs nothing more.
    """
    return PoolUse(size, size - free._value, len(free._waiters or ()), waits)


async def acquired(free: Semaphore, patience: float, waits: PoolWaits) -> None:
    """Return when a connection was taken. Raises TimeoutError after the patience in seconds."""
    if not free.locked():
        await free.acquire()  # at once
        return
    began = perf_counter()
    try:
        async with asyncio.timeout(patience):
            await free.acquire()
    finally:
        waits.note(perf_counter() - began)
