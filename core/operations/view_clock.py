"""View the exchange's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...ports.clock import Clock
from ...ports.exchange_clock import ClockFollowers, ClockOffset
from ...ports.language.exchange_clock import ClockFollower


@dataclass(frozen=True, slots=True)
class ClockView:
    """The exchange's time, how far it is ahead of real time, and who follows it.

    Nobody follows real time, for which `ahead` is zero. It is None if nothing has run yet.
    """

    now: datetime
    ahead: timedelta | None
    followers: Sequence[ClockFollower]


@dataclass(frozen=True, slots=True)
class ViewClock:
    """Returns the exchange's clock."""

    offset: ClockOffset
    followers: ClockFollowers
    real_clock: Clock

    async def __call__(self) -> ClockView:
        """Return it. Raises Unavailable."""
        ahead = await self.offset.agreed()
        now = self.real_clock.now() + (ahead or timedelta(0))
        return ClockView(now, ahead, await self.followers.all())
