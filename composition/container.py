"""Open an application with the adapters that the settings select."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Set
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from dependency_injector import providers

from ..adapters.system.clock import SystemClock
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.language.process_roles import ProcessRole
from . import sql_adapters
from .application import Application
from .exchange_clock import agreed_clock
from .measured_container import measure, pools_of
from .metrics import read_from
from .network import require_network
from .providers import Container
from .system_clock import start_after_stored

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_application(
    settings: Settings,
    *,
    clock: Clock | None = None,
    migrate: bool = True,
    roles: Set[ProcessRole] | None = None,
) -> AsyncIterator[Application]:
    """Open all adapters that the settings select, and close them when the block is left.

    `clock` replaces the system clock, for callers who control the time. Otherwise a demo has the
    clock on which its processes have agreed. A SQLite file is migrated first; with `migrate=False`,
    and on PostgreSQL, the store must be up to date. `roles` are those that this process runs; on a
    shared store it keeps leases for them. Without them, it is a command. Raises OSError, ValueError
    and Unavailable if an adapter cannot be opened, and ClockRefused if production would have the
    clock of a demo.
    """
    container = Container(settings=settings)
    container.migrate.override(providers.Object(migrate))
    if clock is not None:
        container.clock.override(providers.Object(clock))
    if roles is not None:
        container.roles.override(providers.Object(roles))
        container.who.override(providers.Object(sql_adapters.who_is(roles)))
        if ProcessRole.HTTP in roles and settings.store.kind != "memory":
            container.here.override(container.shown_from_own_readers)
        if settings.is_shared:
            container.keepers.override(container.shared_keepers)
        if settings.nats.servers:
            container.carrier.override(providers.Object("nats"))
        container.between.override(providers.Object(settings.streams_between))
    # Whether a provider returns an awaitable depends on the selected adapters. Here it does.
    container.application.enable_async_mode()
    state = None
    try:
        if clock is None and settings.store.kind != "memory":
            database = await container.sql_database.async_()
            own = await agreed_clock(settings, database, decides=roles is not None) or SystemClock()
            await start_after_stored(own, database)
            container.clock.override(providers.Object(own))
        if settings.store.kind != "memory":
            database = await container.sql_database.async_()
            state = database.condition.state
            shards = await sql_adapters.stored_shards(database)
            if roles is not None:
                require_network(settings, shards)
            container.shards.override(providers.Object(shards))
        measurements = None
        if roles is not None and settings.metrics.port is not None and _can_measure():
            from ..adapters.prometheus.measurements import PrometheusMeasurements

            measurements = PrometheusMeasurements()
            measure(container, measurements)
        application = await container.application.async_()
        expose = None
        if measurements is not None:
            read_from(measurements, application, await pools_of(container))
            expose = measurements.expose
        yield replace(application, state_of_store=state, expose_metrics=expose)
    finally:
        await _wait_for_openings(container)
        closing = container.shutdown_resources()
        if closing is not None:
            await closing


def _can_measure() -> bool:
    """Return whether Prometheus' client is there. The same listener has the health checks too."""
    if find_spec("prometheus_client") is not None:
        return True
    _log.warning("/metrics is not served: prometheus-client is not installed")
    return False


async def _wait_for_openings(container: Container) -> None:
    """Wait for adapters that are still being opened because another one could not be.

    The container opens them side by side. It would close none if a second one failed meanwhile.
    """
    resources = list(container.traverse(types=[providers.Resource]))
    while openings := list(_openings(resources)):
        await asyncio.wait(openings)


def _openings(resources: Iterable[providers.Resource[Any]]) -> Iterator[asyncio.Future[Any]]:
    for resource in resources:
        opening = resource.init() if resource.initialized else None
        if asyncio.isfuture(opening) and not opening.done():
            yield opening
