"""What commands need to know, or do, while no process has the engine of a shared store."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from ..adapters.system.stopwatch import SystemStopwatch
from ..core.operations.lease_keeper import LeaseKeeper
from ..ports.tenure import Tenure
from .application import Application
from .keepers import holder_of, shard_leases

T = TypeVar("T")


async def has_engine(application: Application) -> bool:
    """Return whether a process has a matching engine of a shared store. Raises Unavailable."""
    names = shard_leases(application.shards)
    return bool(await application.adapters.store.leases.held(names))


async def run_without_engine(application: Application, work: Callable[[], Awaitable[T]]) -> T:
    """Do some work while no process has a matching engine, and return its result.

    Raises ValueError if a process has it.
    """
    adapters = application.adapters
    holder, stopwatch = holder_of(adapters.ids), SystemStopwatch()
    names = shard_leases(application.shards)
    results: list[T] = []

    async def with_leases(rest: Sequence[str], _: Tenure | None = None) -> None:
        if not rest:
            results.append(await work())
            return
        keeper = LeaseKeeper(adapters.store.leases, stopwatch, name=rest[0], holder=holder)
        if not await keeper.run_once(partial(with_leases, rest[1:])):
            raise ValueError("the exchange is running; stop all of its processes first")

    await with_leases(names)
    return results[0]
