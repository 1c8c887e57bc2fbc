"""Move the exchange's clock forward, for a demo."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock, MovableClock
from ...ports.exchange_clock import CLOCK, ClockFollowers, ClockOffset
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.exchange_clock import ClockFollower, ClockRefused
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.stopwatch import Stopwatch
from ...ports.transaction import Transaction
from ...ports.wakeups import Wakeups
from .follow_clock import catch_up

_log = logging.getLogger(__name__)

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1
"""Seconds between two looks at who has followed: at first, and at most."""
_SILENT = 5.0
"""Seconds without a beat after which a process has ended."""


@dataclass(frozen=True, slots=True)
class MoveClock:
    """An admin moves the exchange's clock forward, and waits until all processes have followed.

    A process that says nothing for 5 seconds is ignored, because it was killed. The audit log
    records the move.
    """

    transaction: Transaction
    offset: ClockOffset
    followers: ClockFollowers
    wakeups: Wakeups
    audit_log: AuditLog
    clock: MovableClock
    real_clock: Clock
    stopwatch: Stopwatch

    async def __call__(
        self, actor: Actor, to: datetime | timedelta, *, reason: str | None = None
    ) -> datetime:
        """Move the clock to an aware instant or by a time, and return the exchange's time.

        Raises ClockRefused if the exchange runs on real time or the instant has passed, and
        Forbidden, InvalidText, Unavailable.
        """
        check_role(actor, Role.ADMIN, "move the clock")
        why = None if reason is None else parse_reason(reason)
        async with self.transaction():
            before = await self.offset.agreed()
            if not before:
                raise ClockRefused("the exchange runs on real time, which nobody can move")
            now = self.real_clock.now() + before
            by = to if isinstance(to, timedelta) else to - now
            if by < timedelta(0):
                raise ClockRefused(f"time never goes backwards: it is {now:%Y-%m-%dT%H:%M:%SZ}")
            catch_up(self.clock, before)
            await self.offset.set(before + by)
            self.transaction.announce(partial(self.wakeups.send, CLOCK))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.CLOCK_MOVED,
                    target=Target(TargetKind.CLOCK),
                    reason=why,
                    facts={"from": now.isoformat(), "to": (now + by).isoformat()},
                )
            )
        catch_up(self.clock, before + by)
        await self._wait_for_all(before + by)
        return self.clock.now()

    async def _wait_for_all(self, offset: timedelta) -> None:
        """Return when every process that is there has the offset. Raises Unavailable."""
        pause = _SHORTEST_PAUSE
        heard: dict[str, tuple[int, float]] = {}
        while behind := [each for each in await self.followers.all() if each.offset < offset]:
            for each in behind:
                if self._is_silent(each, heard):
                    _log.warning("%s does not follow the clock, and is ignored", each.process)
                    await self.followers.remove(each.process)
            await self.stopwatch.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _is_silent(self, follower: ClockFollower, heard: dict[str, tuple[int, float]]) -> bool:
        """Whether a process has not been heard of for too long."""
        now = self.stopwatch.elapsed()
        beats, since = heard.get(follower.process, (None, now))
        if beats != follower.beats:
            heard[follower.process] = follower.beats, now
            return False
        return now - since >= _SILENT
