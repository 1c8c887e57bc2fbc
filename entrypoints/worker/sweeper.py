"""The sweeper: sees to what falls due as time passes."""

from collections.abc import Set

from ...composition.application import Application
from ...ports.language.process_roles import ProcessRole
from .forgetting import ForgettingWhatIsOld

_INTERVAL, _SHORTEST_PAUSE = 1.0, 0.02
"""Seconds from one check of the clock to the next, and at least from its end to the next."""


class Sweeper:
    """Processes everything that is due, after making up for downtime."""

    def __init__(self, application: Application, roles: Set[ProcessRole] | None = None) -> None:
        """Create a sweeper for some roles, by default those of the application."""
        self._bidding = application.bidding
        self._disputes = application.disputes
        self._price_alerts = application.price_alerts
        self._operations = application.operations
        self._clock = application.adapters.clock
        self._uptime = application.uptime
        self._roles = application.roles if roles is None else roles
        self._forget_what_is_old = ForgettingWhatIsOld(application)

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
            due += await self._operations.meet_deadlines()
            due += await self._disputes.check_disputes()
        if ProcessRole.MATCHING in self._roles:
            due += await self._bidding.expire_quotes()
        if ProcessRole.DEADLINES in self._roles:
            due += await self._price_alerts.report_missed_drops()
            await self._forget_what_is_old()
        return due
