"""Contract of Ids, and the spelling of ids."""

from datetime import timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.ids import SystemIds
from solebook.ports.ids import Ids
from solebook.ports.language.ids import parse_id


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


WRITTEN = "019caaf2-7c00-7000-8000-000000000001"


@pytest.mark.parametrize("text", [WRITTEN, WRITTEN.upper(), WRITTEN.replace("-", "")])
def test_an_id_is_written_with_hyphens_or_without(text: str) -> None:
    assert parse_id(text) == UUID(WRITTEN)


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN.replace("1", "\uff11"),
        WRITTEN.replace("0", "\u0660"),
        f"{{{WRITTEN}}}",
        f"urn:uuid:{WRITTEN}",
        f"{WRITTEN}\n",
        WRITTEN.replace("-", "", 1),
        "",
    ],
)
def test_invalid_spelling_of_an_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an id"):
        parse_id(text)
