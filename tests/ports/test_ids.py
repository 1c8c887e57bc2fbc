"""Contract of Ids."""

from datetime import timedelta
from itertools import pairwise
from uuid import RFC_4122

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.ids import SystemIds
from solebook.ports.ids import Ids


@pytest.fixture(params=["seeded", "system"])
def made(request: pytest.FixtureRequest, clock: VirtualClock) -> Ids:
    return SeededIds(3, clock) if request.param == "seeded" else SystemIds(clock)


def test_an_id_is_a_uuid_of_version_7(made: Ids) -> None:
    fresh = made.new()
    assert fresh.version == 7
    assert fresh.variant == RFC_4122


async def test_every_id_is_new_and_sorts_after_the_earlier_ones(
    made: Ids, clock: VirtualClock
) -> None:
    found = [made.new() for _ in range(1_000)]
    for _ in range(50):
        await clock.advance(timedelta(microseconds=300))
        found += [made.new() for _ in range(5)]
    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(earlier.hex < later.hex for earlier, later in pairwise(found))
