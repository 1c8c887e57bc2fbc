"""The background work of one process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from ...composition.application import Application
from ...composition.engine import engine_of
from ...ports.language.errors import Refusal
from ...ports.language.process_roles import ProcessRole
from .courier import Courier
from .relay import Relay
from .sweeper import Sweeper

_log = logging.getLogger(__name__)

_PAUSE = 1.0
"""Seconds between the failure of a loop and its restart."""


class Workers:
    """The background loops of an application's roles.

    This is the only entrypoint that passes on ports of the store.
    """

    def __init__(self, application: Application) -> None:
        adapters = application.adapters
        self._roles = application.roles
        self._uptime = application.uptime
        self._engine = engine_of(application) if ProcessRole.MATCHING in self._roles else None
        self.relay = Relay(
            outbox=adapters.store.outbox,
            bus=adapters.event_bus,
            transaction=adapters.store.transaction,
        )
        self.sweeper = Sweeper(application, adapters.store)
        self.courier = Courier(adapters.event_bus, self._roles)

    async def settle(self) -> None:
        """Do everything possible without time passing, for callers who control the clock."""
        await self._make_up()
        while await self._relayed() + await self.sweeper.sweep() + await self.courier.deliver():
            pass

    async def _relayed(self) -> int:
        return await self.relay.drain() if ProcessRole.RELAY in self._roles else 0

    async def _make_up(self) -> None:
        """Make up for downtime before any deadline takes effect."""
        if ProcessRole.DEADLINES in self._roles:
            await self._uptime()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the engine, the relay, the sweeper and the courier until the block is left.

        Each runs only in its role. The courier has a loop per queue, so that a slow or failing one
        does not block the others.
        """
        await self._make_up()
        if self._engine is not None:
            await self._engine.start()
        loops = self._loops()
        tasks = [asyncio.create_task(_keep_running(name, run)) for name, run in loops.items()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._engine is not None:
                await self._engine.stop()

    def _loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        loops: dict[str, Callable[[], Awaitable[None]]] = {}
        if ProcessRole.RELAY in self._roles:
            loops["relay"] = self.relay.run
        if self._roles & {ProcessRole.DEADLINES, ProcessRole.MATCHING}:
            loops["sweeper"] = self.sweeper.run
        for queue in self.courier.queues:
            loops[f"courier of {queue}"] = partial(self.courier.run, queue)
        return loops


async def _keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Restart a loop whenever it fails, so that one order cannot stop the others."""
    while True:
        try:
            await run()
        except Refusal as refusal:
            _log.warning("the %s pauses: %s", name, refusal)
        except Exception:  # noqa: BLE001  # whatever it is, the loop must go on
            _log.exception("the %s failed and starts again", name)
        await asyncio.sleep(_PAUSE)
