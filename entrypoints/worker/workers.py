"""Everything that works behind the application in one process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from ...composition.application import Application
from ...composition.engine import engine_of
from ...ports.language.errors import Refusal
from .courier import QUEUES, Courier
from .relay import Relay
from .sweeper import Sweeper

_log = logging.getLogger(__name__)

_PAUSE = 1.0
"""Seconds between the failure of a loop and its new start."""


class Workers:
    """The relay, the sweeper and the courier of one application.

    Among the entrypoints only this one hands ports of the store on.
    """

    def __init__(self, application: Application) -> None:
        adapters = application.adapters
        self._uptime = application.uptime
        self._engine = engine_of(application)
        self.relay = Relay(
            outbox=adapters.store.outbox,
            bus=adapters.event_bus,
            transaction=adapters.store.transaction,
        )
        self.sweeper = Sweeper(application, adapters.store)
        self.courier = Courier(adapters.event_bus)

    async def settle(self) -> None:
        """Do all that can be done without time passing. For those who own the clock."""
        await self._uptime()
        while await self.relay.drain() + await self.sweeper.sweep() + await self.courier.deliver():
            pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the engine, the relay, the sweeper and the courier until the block is left.

        The courier has a loop for each queue: one that fails or waits keeps no other from going on.
        """
        await self._uptime()  # before anybody is told that they are too late
        await self._engine.start()
        loops = {"relay": self.relay.run, "sweeper": self.sweeper.run}
        for queue in QUEUES:
            loops[f"courier of {queue or 'retries'}"] = partial(self.courier.run, queue)
        tasks = [asyncio.create_task(_keep_running(name, run)) for name, run in loops.items()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._engine.stop()


async def _keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Start a loop again whenever it fails: nothing may stop the others' orders."""
    while True:
        try:
            await run()
        except Refusal as refusal:
            _log.warning("the %s pauses: %s", name, refusal)
        except Exception:  # noqa: BLE001  # whatever it is, the loop must go on
            _log.exception("the %s failed and starts again", name)
        await asyncio.sleep(_PAUSE)
