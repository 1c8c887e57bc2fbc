"""Open an exchange for a process that runs roles of it."""

import asyncio
from collections.abc import AsyncIterator, Set
from contextlib import ExitStack, asynccontextmanager

from ...composition.application import Application
from ...composition.container import open_application
from ...composition.engine import engine_of, hosts_of
from ...composition.exchange_clock import following_the_clock
from ...composition.exclusive import exclusive
from ...composition.folder import require_sound_log
from ...composition.tracing import recording_traces
from ...config.settings import Settings
from ...core.bidding.hosted_matching import HostedMatching
from ...ports.language.process_roles import ProcessRole
from ..garbage import spare_what_loads
from ..services.serving import serving_services
from ..worker.workers import Workers


@asynccontextmanager
async def running_roles(settings: Settings, roles: Set[ProcessRole]) -> AsyncIterator[Application]:
    """Run the background work of some roles until the block is left.

    On a store that cannot be shared it locks the folder and migrates the store. A shared one must
    have this version's schema and run with the same rules. Raises OSError, ValueError and
    Unavailable if the exchange cannot be opened.
    """
    with ExitStack() as stack:
        stack.enter_context(recording_traces(settings, roles))
        if not settings.is_shared:
            stack.enter_context(exclusive(settings))
            require_sound_log(settings)
        async with open_application(
            settings, roles=roles, migrate=not settings.is_shared
        ) as application:
            if settings.is_shared:
                await application.bidding.require_rules()
            async with (
                following_the_clock(application),
                Workers(application).running(),
                serving_services(application, settings),
            ):
                yield application


async def spare_loaded_books(application: Application) -> None:
    """Keep the garbage collector from looking at books while they are loaded, until cancelled."""
    if ProcessRole.MATCHING not in application.roles:
        return
    if application.keepers is None:
        await spare_what_loads(engine_of(application).loaded)
        return
    await asyncio.gather(*map(_spare_books_of, hosts_of(application)))


async def _spare_books_of(host: HostedMatching) -> None:
    while True:
        engine = await host.hosted()
        await spare_what_loads(engine.loaded)
        await engine.ended()
        await asyncio.sleep(0)
