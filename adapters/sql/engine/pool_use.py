"""How much of a pool of connections is in use."""

from asyncio import Semaphore

from ....ports.language.pools import PoolUse


def use_of(free: Semaphore, size: int) -> PoolUse:
    """Return the use of a pool of so many connections, which are taken from a semaphore.

    It is read from the semaphore itself, so that to take a connection costs nothing more.
    """
    return PoolUse(size, size - free._value, len(free._waiters or ()))
