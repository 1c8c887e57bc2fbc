"""The sweeper: turns passed deadlines into messages and deletes old data."""

from collections.abc import Set

from ...composition.adapters import Store
from ...composition.application import Application
from ...ports.language.events import DeadlineReached
from ...ports.language.process_roles import ProcessRole
from ...ports.language.traces import parsed_trace
from ...ports.language.tracing import begin
from ..new_traces import new_trace
from .forgetting import ForgettingWhatIsOld

_AT_ONCE = 256
_INTERVAL, _SHORTEST_PAUSE = 1.0, 0.02
"""Seconds from one check of the clock to the next, and at least from its end to the next."""


class Sweeper:
    """Processes everything that is due, after making up for downtime."""

    def __init__(
        self, application: Application, store: Store, roles: Set[ProcessRole] | None = None
    ) -> None:
        """Create a sweeper for some roles, by default those of the application."""
        self._bidding = application.bidding
        self._disputes = application.disputes
        self._price_alerts = application.price_alerts
        self._store = store
        self._clock = application.adapters.clock
        self._uptime = application.uptime
        self._roles = application.roles if roles is None else roles
        self._forget_what_is_old = ForgettingWhatIsOld(application, store)

    async def run(self) -> None:
        """Sweep until cancelled. Raises what the store raises; it may be run again."""
        while True:
            self._uptime.resume()
            checked = self._clock.elapsed()
            while await self.sweep():
                checked = self._clock.elapsed()
            # A clock that was moved during the last sweep shows here that the next one is due.
            passed = self._clock.elapsed() - checked
            await self._clock.sleep(max(_INTERVAL - passed, _SHORTEST_PAUSE))

    async def sweep(self) -> int:
        """See to a bounded part of what is due; return how much, so 0 when nothing is left.

        What ends in the books is for the process with the engine.
        """
        due = 0
        if ProcessRole.DEADLINES in self._roles:
            await self._uptime()
            due += await self._meet_deadlines()
            due += await self._disputes.check_disputes()
        if ProcessRole.MATCHING in self._roles:
            due += await self._bidding.expire_quotes()
        if ProcessRole.DEADLINES in self._roles:
            due += await self._price_alerts.report_missed_drops()
            await self._forget_what_is_old()
        return due

    async def _meet_deadlines(self) -> int:
        """Turn some passed deadlines into messages, and return how many.

        Each is read and deleted in one transaction, so several sweepers do it once.
        """
        if not await self._store.deadlines.due(self._clock.now(), 1):
            return 0  # most of the time nothing is due, and nothing needs to be locked
        async with self._store.transaction():
            due = await self._store.deadlines.due(self._clock.now(), _AT_ONCE)
            for deadline in due:
                await self._store.deadlines.clear(deadline.order_id, [deadline.kind])
                # What set it may be days ago: another trace, which is linked.
                cause = parsed_trace(deadline.trace)
                with begin(f"deadline {deadline.kind}", new_trace(), after=cause):
                    await self._store.outbox.add(DeadlineReached(deadline.order_id, deadline.kind))
        return len(due)
