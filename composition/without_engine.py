"""What commands need to know, or do, while no process has the engine of a shared store."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..adapters.system.stopwatch import SystemStopwatch
from ..core.operations.lease_keeper import LeaseKeeper
from ..ports.tenure import Tenure
from .application import Application
from .keepers import SHARD, holder_of

T = TypeVar("T")


async def has_engine(application: Application) -> bool:
    """Return whether a process has the matching engine of a shared store. Raises Unavailable."""
    return await application.adapters.store.leases.holder(SHARD) is not None


async def run_without_engine(application: Application, work: Callable[[], Awaitable[T]]) -> T:
    """Do some work while no process has the matching engine, and return its result.

    Raises ValueError if a process has it.
    """
    adapters = application.adapters
    keeper = LeaseKeeper(
        adapters.store.leases, SystemStopwatch(), name=SHARD, holder=holder_of(adapters.ids)
    )
    results: list[T] = []

    async def noted(_: Tenure) -> None:
        results.append(await work())

    if not await keeper.run_once(noted):
        raise ValueError("the exchange is running; stop all of its processes first")
    return results[0]
