"""Builds the event bus within a process on a store, and the dispatcher of any bus."""

from collections.abc import Mapping

from ..adapters.memory.in_process_bus import InProcessBus
from ..adapters.messaging.dispatcher import Dispatcher
from ..adapters.messaging.retry_policy import RetryPolicy
from ..ports.clock import Clock
from ..ports.ids import Ids
from ..ports.language.messages import Queue
from ..ports.randomness import Randomness
from .adapters import Store
from .keepers import holder_of


def build_in_process_bus(
    store: Store,
    *,
    clock: Clock,
    ids: Ids,
    randomness: Randomness,
    holder: str | None = None,
    policy: RetryPolicy | None = None,
    workers: Mapping[Queue, int] | None = None,
) -> InProcessBus:
    """Return a bus without consumers.

    `holder` claims deliveries. No other process on the store may have this name; by default it is
    a new one. `workers` is the number of deliveries of a queue that are tried at once. Raises
    ValueError if it is below one.
    """
    return InProcessBus(
        build_dispatcher(
            store,
            clock=clock,
            ids=ids,
            randomness=randomness,
            holder=holder,
            policy=policy,
            workers=workers,
        )
    )


def build_dispatcher(
    store: Store,
    *,
    clock: Clock,
    ids: Ids,
    randomness: Randomness,
    holder: str | None = None,
    policy: RetryPolicy | None = None,
    workers: Mapping[Queue, int] | None = None,
) -> Dispatcher:
    """Return a dispatcher without consumers; see build_in_process_bus."""
    return Dispatcher(
        transaction=store.transaction,
        inbox=store.inbox,
        deliveries=store.deliveries,
        wakeups=store.wakeups,
        clock=clock,
        ids=ids,
        randomness=randomness,
        holder=holder or holder_of(ids),
        policy=policy,
        workers=workers,
    )
