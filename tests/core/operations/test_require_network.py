"""A process that is cut off owns nothing after a while."""

from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.core.operations.require_network import RequireNetwork
from solebook.ports.language.errors import Unavailable

CUT_OFF = "it is cut off from the other processes"


class Network:
    """A network that answers, unless it is cut."""

    is_cut = False

    async def check(self) -> None:
        if self.is_cut:
            raise Unavailable(what="the network")


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def require(network: Network, clock: VirtualClock) -> RequireNetwork:
    return RequireNetwork(network.check, VirtualStopwatch(clock), patience=3.0)


async def seen(require: RequireNetwork, clock: VirtualClock, seconds: int) -> list[str | None]:
    """Return what is seen in each of the next seconds."""
    found = []
    for _ in range(seconds):
        found.append(await require())
        await clock.advance(timedelta(seconds=1))
    return found


async def test_there_is_no_obstacle_with_a_network(
    require: RequireNetwork, clock: VirtualClock
) -> None:
    assert await seen(require, clock, 5) == 5 * [None]


async def test_a_process_that_is_cut_off_for_three_seconds_may_own_nothing(
    require: RequireNetwork, network: Network, clock: VirtualClock
) -> None:
    network.is_cut = True
    assert await seen(require, clock, 5) == [None, None, None, CUT_OFF, CUT_OFF]
    network.is_cut = False
    assert await require() is None


async def test_short_interruptions_do_not_add_up(
    require: RequireNetwork, network: Network, clock: VirtualClock
) -> None:
    for _ in range(3):
        network.is_cut = True
        assert await seen(require, clock, 3) == 3 * [None]
        network.is_cut = False
        assert await require() is None
