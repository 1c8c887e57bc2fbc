"""View what your pairs are worth, now and week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...ports.clock import Clock
from ...ports.language.portfolios import PortfolioValue
from ...ports.language.users import Actor
from ...ports.portfolios import Portfolios

_WEEK = timedelta(weeks=1)
MAX_WEEKS = 52
"""How far back the values go."""
MAX_LOOKS = 100_000
"""How many pairs are looked at, each once for each week. It takes about a fifth of a second."""


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """What a user's pairs are worth now, and were in earlier weeks, oldest first."""

    now: PortfolioValue
    weeks: Sequence[PortfolioValue]
    """Of the pairs that the user has now. The last one is now."""

    @property
    def gain_share(self) -> float | None:
        """The gain as a share of what was paid. None without a pair."""
        return self.now.gain / self.now.paid if self.now.paid else None


@dataclass(frozen=True, slots=True)
class ViewPortfolio:
    """Shows a user what their pairs are worth: each the price of the last sale in its book.

    Only pairs that they have now count, each from the week in which it was bought. For many pairs
    there are fewer values, of which some weeks lie between.
    """

    portfolios: Portfolios
    clock: Clock

    async def __call__(self, actor: Actor) -> PortfolioView:
        """Return what the actor's pairs are worth, for at most `MAX_WEEKS` weeks."""
        end = self.clock.now()
        [now] = await self.portfolios.values(actor.user_id, [end])
        if now.since is None:
            return PortfolioView(now, ())
        instants = weeks_until(end, now.since, most=max(1, MAX_LOOKS // now.pairs))
        earlier = await self.portfolios.values(actor.user_id, instants)
        return PortfolioView(now, (*earlier, now))


def weeks_until(end: datetime, since: datetime, *, most: int) -> Sequence[datetime]:
    """Return instants whole weeks before `end`, from `since` on, oldest first, and at most `most`.

    All are the same number of weeks apart, and at most `MAX_WEEKS` before the end.
    """
    weeks = min((end - since) // _WEEK, MAX_WEEKS)
    step = -(-weeks // most) if weeks else 1
    return [end - number * _WEEK for number in range(weeks - weeks % step, 0, -step)]
