"""The background work of one process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import TypeAlias

from ...composition.across import RECEIVING
from ...composition.application import Application
from ...composition.engine import engine_of, hosts_of
from ...composition.keepers import Keepers
from ...composition.relaying import relay_of
from ...core.bidding.hosted_matching import HostedMatching
from ...core.bidding.matching_engine import MatchingEngine
from ...core.operations.lease_keeper import LeaseTenure
from ...ports.language.errors import Refusal, with_cause
from ...ports.language.messages import Queue
from ...ports.language.process_roles import ProcessRole
from ...ports.language.reminders import Reminders
from ...ports.measurements import Measurements
from ...ports.message_broker import MessageBroker
from ...ports.tenure import Tenure
from .chart_drawer import ChartDrawer
from .courier import Courier
from .index_renewer import IndexRenewer
from .lag_meter import LagMeter
from .observer import Observer
from .reconciler import Reconciler
from .sweeper import Sweeper
from .webhook_loop import WebhookLoop

_log = logging.getLogger(__name__)

Loop: TypeAlias = Callable[[], Awaitable[None]]

_ROLES: dict[str, ProcessRole] = {
    "relay": ProcessRole.RELAY,
    "engine": ProcessRole.MATCHING,
    "sweeper": ProcessRole.DEADLINES,
    "expiry": ProcessRole.DEADLINES,
    "expiry of quotes": ProcessRole.DEADLINES,
    "reconciler": ProcessRole.DEADLINES,
    "drawer of charts": ProcessRole.CHARTS,
    "renewal of the search index": ProcessRole.SEARCH,
    "webhooks": ProcessRole.WEBHOOKS,
}
"""The roles of loops, besides those that have it in their name."""
_PAUSE = 1.0
"""Seconds between the failure of a loop and its restart."""


class Workers:
    """The background loops of an application's roles."""

    def __init__(self, application: Application) -> None:
        self._roles = application.roles
        self._keepers = application.keepers
        self._across = application.across
        self._uptime = application.uptime
        self._engine: MatchingEngine | None = None
        self._hosts: Sequence[HostedMatching] = ()
        sweeping = self._roles
        if ProcessRole.MATCHING in self._roles:
            if self._keepers is None:
                self._engine = engine_of(application)
            else:
                self._hosts = hosts_of(application)
                sweeping = self._roles - {ProcessRole.MATCHING}
        self.relay = relay_of(application)
        self.sweeper = Sweeper(application, sweeping)
        self._expiry = Sweeper(application, {ProcessRole.MATCHING})
        self.reconciler = Reconciler(application)
        self.courier = Courier(application.adapters.event_bus, self._roles)
        chart_sales = application.analytics.chart_sales
        self._drawer: ChartDrawer | None = None
        if chart_sales is not None and ProcessRole.CHARTS in self._roles:
            self._drawer = ChartDrawer(chart_sales)
        self.webhooks = WebhookLoop(application)
        self._index = IndexRenewer(application.search.renew_index)
        self._measurements = application.adapters.measurements
        self.observer = Observer(application)

    async def settle(self) -> None:
        """Do everything possible without time passing, for callers who control the clock."""
        await self._make_up()
        while (
            await self._relayed()
            + await self.sweeper.sweep()
            + await self.courier.deliver()
            + await self._sent_webhooks()
        ):
            pass
        if self._drawer is not None:
            await self._drawer.draw()

    async def _relayed(self) -> int:
        return await self.relay.drain() if ProcessRole.RELAY in self._roles else 0

    async def _sent_webhooks(self) -> int:
        return await self.webhooks.drain() if ProcessRole.WEBHOOKS in self._roles else 0

    async def _make_up(self) -> None:
        """Make up for downtime before any deadline takes effect."""
        if ProcessRole.DEADLINES in self._roles:
            await self._uptime()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the engine, the relay, the sweeper and the courier until the block is left.

        Each runs only in its role, and the engine and the relay only where the process has their
        lease, if there are leases. The courier has a loop per queue, so that a slow or failing one
        does not block the others.
        """
        await self._make_up()
        if self._engine is not None:
            await self._engine.start()
        try:
            async with _running(self._loops(), self._measurements):
                yield
        finally:
            if self._engine is not None:
                await self._engine.stop()

    def _loops(self) -> dict[str, Loop]:
        loops: dict[str, Loop] = {}
        queues = list(self.courier.queues)
        if ProcessRole.RELAY in self._roles:
            loops["relay"] = self.relay.run
        if self._roles & {ProcessRole.DEADLINES, ProcessRole.MATCHING}:
            loops["sweeper"] = self.sweeper.run
        if ProcessRole.DEADLINES in self._roles:
            loops["reconciler"] = self.reconciler.run
        if self._drawer is not None:
            loops["drawer of charts"] = self._drawer.run
            if self._keepers is not None:
                loops["drawer of charts"] = partial(self._keepers.charts.run, self._draw)
        if ProcessRole.SEARCH in self._roles:
            loops["renewal of the search index"] = self._index.run
        if ProcessRole.WEBHOOKS in self._roles:
            loops["webhooks"] = self.webhooks.run
        if self._keepers is not None:
            if ProcessRole.RELAY in self._roles:
                loops["relay"] = partial(self._keepers.relay.run, self._relay)
            if self._across is not None and ProcessRole.DEADLINES in self._roles:
                loops["expiry"] = partial(self._keepers.expiry.run, self._expire)
            if self._across is not None:
                loops.update(self._receivers(self._across.broker, self._keepers))
            if self._hosts:
                queues.remove(Queue.MATCHING)
                loops["engine"] = partial(self._keepers.shards.run, self._host)
        if self._measurements.is_used:
            loops["observer"] = self.observer.run
            loops["meter of lag"] = LagMeter(self._measurements).run
        for queue in queues:
            loops[f"courier of {queue}"] = partial(self.courier.run, queue)
        return loops

    def _receivers(self, broker: MessageBroker, keepers: Keepers) -> dict[str, Loop]:
        """Return the loops that receive the messages of this process's roles from a broker."""
        loops: dict[str, Loop] = {}
        for role in self._roles & RECEIVING:
            receive = partial(_receive, broker, role)
            spread = keepers.receive(role, broker.partitions)
            loops[f"messages of {role}"] = partial(spread.run, receive)
        return loops

    def _reached(
        self, engine: MatchingEngine, tenure: LeaseTenure
    ) -> AbstractAsyncContextManager[None]:
        """Let other processes reach the engine, if there is a network."""
        if self._across is None:
            return nullcontext()
        return self._across.serve(engine.number, engine, tenure)

    async def _expire(self, _: Tenure) -> None:
        """End overdue quotes while this process has the lease. Ending one twice changes nothing."""
        async with _running({"expiry of quotes": self._expiry.run}, self._measurements):
            await asyncio.get_running_loop().create_future()

    async def _relay(self, _: Tenure) -> None:
        """Relay while this process has the lease. The inbox detects what two processes relay."""
        async with _running({"relay": self.relay.run}, self._measurements):
            await asyncio.get_running_loop().create_future()

    async def _draw(self, _: Tenure) -> None:
        """Draw charts while this process has the lease."""
        assert self._drawer is not None
        async with _running({"drawer of charts": self._drawer.run}, self._measurements):
            await asyncio.get_running_loop().create_future()

    async def _host(self, shard: int, tenure: LeaseTenure) -> None:
        """Run the engine of a shard, and all that calls it, while this process has the lease."""
        across = self._across
        async with nullcontext() if across is None else across.tell_books(shard, tenure):
            await self._run_engine(shard, tenure)

    async def _run_engine(self, shard: int, tenure: LeaseTenure) -> None:
        host = self._hosts[shard]
        hosting = asyncio.create_task(host.host(tenure))
        starting = asyncio.create_task(host.hosted())
        calling: dict[str, Loop] = {}
        if shard == 0:
            calling["courier of matching"] = partial(self.courier.run, Queue.MATCHING)
        if self._across is None:
            calling["expiry of quotes"] = self._expiry.run
        try:
            await asyncio.wait((hosting, starting), return_when=asyncio.FIRST_COMPLETED)
            if not hosting.done():
                async with (
                    self._reached(starting.result(), tenure),
                    _running(calling, self._measurements),
                ):
                    await asyncio.wait((hosting,))
        finally:
            starting.cancel()
            hosting.cancel()
            try:
                await asyncio.wait((hosting,))
            finally:
                hosting.cancel()  # it is abandoned if this is cancelled again
        hosting.result()


async def _receive(
    broker: MessageBroker, role: ProcessRole, partition: int, tenure: LeaseTenure
) -> None:
    await broker.receive(role, partition, epoch=tenure.lease.epoch, tenure=tenure)


def _role_of(loop: str) -> str:
    """Return the role to which a loop belongs, or "" for what every process does."""
    kind, _, of = loop.partition(" of ")
    if kind == "courier":
        return Queue(of).role
    return of if kind == "messages" else _ROLES.get(loop, "")


@asynccontextmanager
async def _running(loops: Mapping[str, Loop], measurements: Measurements) -> AsyncIterator[None]:
    """Run loops until the block is left."""
    tasks = [
        asyncio.create_task(_keep_running(name, run, measurements)) for name, run in loops.items()
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_running(name: str, run: Loop, measurements: Measurements) -> None:
    """Restart a loop whenever it fails, so that one order cannot stop the others.

    While it pauses for the same reason, the log says so once a minute.
    """
    time = asyncio.get_running_loop().time
    reminders = Reminders()
    role = _role_of(name)
    measurements.loop_began(role, name)
    while True:
        try:
            await run()
        except asyncio.CancelledError:
            measurements.loop_ended(role, name)
            raise
        except Refusal as refusal:
            measurements.loop_failed(role, name)
            why = with_cause(refusal)
            if reminders.is_due(name, why, time()):
                _log.warning("the %s pauses: %s", name, why)
        except Exception:  # noqa: BLE001  # whatever it is, the loop must go on
            measurements.loop_failed(role, name)
            _log.exception("the %s failed and starts again", name)
        await asyncio.sleep(_PAUSE)
