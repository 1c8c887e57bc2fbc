"""Open the configured exchange for a command."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...composition.application import Application
from ...ports.clock import Clock
from .configured import require_exchange, settings_of


async def is_served(options: argparse.Namespace, application: Application) -> bool:
    """Return whether the exchange is running. Raises OSError, ValueError, Unavailable.

    On a shared store it is running while a process has the matching engine.
    """
    from ...composition.exclusive import is_running
    from ...composition.without_engine import has_engine

    settings = settings_of(options)
    if settings.is_shared:
        return await has_engine(application)
    return is_running(settings)


@asynccontextmanager
async def opened_application(
    options: argparse.Namespace, *, may_be_new: bool = False, clock: Clock | None = None
) -> AsyncIterator[Application]:
    """Open the configured exchange, which may be running in another process.

    `clock` replaces the exchange's clock.

    Raises ValueError for a store in memory, because other processes cannot reach it. Raises it for
    a missing database unless `may_be_new`, because a command on the wrong folder would report an
    empty exchange. Also raises it for another schema, because a migration would break an older
    exchange that is running on the database.
    """
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...composition.container import open_application
    from ...composition.exclusive import is_running
    from ...composition.folder import require_sound_log

    settings = settings_of(options)
    if settings.store.kind == "memory":
        raise ValueError("a store in memory can only be reached by the process that serves it")
    if not may_be_new:
        require_exchange(settings)
    file = settings.store_file
    is_new = file is not None and not file.exists()
    if not settings.is_shared and not is_running(settings):
        require_sound_log(settings)
    async with open_application(settings, clock=clock, migrate=is_new) as application:
        yield application
