"""What a portfolio is worth, from the first purchase on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.analytics.view_portfolio import (
    MAX_LOOKS,
    MAX_WEEKS,
    ViewPortfolio,
    weeks_until,
)
from solebook.ports.language.ids import UserId
from solebook.ports.language.paging import Page, PageRequest
from solebook.ports.language.portfolios import Holding, PortfolioValue
from solebook.ports.language.users import Actor
from solebook.ports.portfolios import Portfolios

END = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)


class SoMany(Portfolios):
    """A portfolio of a number of pairs, and how many are looked at."""

    def __init__(self, pairs: int, since: datetime | None) -> None:
        self._pairs, self._since, self.looks = pairs, since, 0

    async def holdings(self, user_id: UserId, request: PageRequest) -> Page[Holding]:
        raise NotImplementedError

    async def values(
        self, user_id: UserId, instants: Sequence[datetime]
    ) -> Sequence[PortfolioValue]:
        self.looks += self._pairs * len(instants)
        return [PortfolioValue(at, self._pairs, 100, 150, self._since) for at in instants]


@pytest.mark.parametrize(
    ("age", "most", "ago"),
    [
        (timedelta(days=6), 99, []),
        (WEEK, 99, [1]),
        (3 * WEEK + timedelta(days=6), 99, [3, 2, 1]),
        (5 * WEEK, 2, [3]),
        (9 * WEEK, 3, [9, 6, 3]),
        (600 * WEEK, 99, list(range(MAX_WEEKS, 0, -1))),
        (600 * WEEK, 1, [MAX_WEEKS]),
    ],
)
def test_weeks_are_as_far_apart_as_their_number_needs(
    age: timedelta, most: int, ago: list[int]
) -> None:
    assert list(weeks_until(END, END - age, most=most)) == [END - n * WEEK for n in ago]


@pytest.mark.parametrize("pairs", [1, 1_000, 10_000, 10 * MAX_LOOKS])
async def test_many_pairs_have_fewer_values_and_the_last_is_now(
    clock: VirtualClock, actor: Actor, pairs: int
) -> None:
    portfolios = SoMany(pairs, clock.now() - 520 * WEEK)

    view = await ViewPortfolio(portfolios, clock)(actor)

    assert portfolios.looks <= MAX_LOOKS + 2 * pairs
    assert 2 <= len(view.weeks) <= MAX_WEEKS + 1
    assert view.weeks[-1] == view.now
    assert view.gain_share == 0.5


async def test_nobody_has_values_before_the_first_pair(clock: VirtualClock, actor: Actor) -> None:
    class Nothing(SoMany):
        async def values(
            self, user_id: UserId, instants: Sequence[datetime]
        ) -> Sequence[PortfolioValue]:
            return [PortfolioValue(at, 0, 0, 0, None) for at in instants]

    view = await ViewPortfolio(Nothing(0, None), clock)(actor)

    assert (list(view.weeks), view.gain_share) == ([], None)


@pytest.fixture
def actor() -> Actor:
    return Actor(UserId(UUID(int=1)), frozenset())
