"""The desks with which the contract of disputes runs."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock

from ..payment_provider.embedded_rig import embedded_rig
from ..payment_provider.stripe_rig import stripe_rig
from .desk_rig import DeskRig, EmbeddedDeskRig, StripeDeskRig


@pytest.fixture(
    params=[
        "embedded_in_memory",
        "embedded_in_a_file",
        pytest.param("stripe", marks=pytest.mark.integration),
    ]
)
async def rig(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, file: SqliteJournal
) -> AsyncIterator[DeskRig]:
    if request.param == "stripe":
        async with stripe_rig(clock, ids) as on_stripe:
            yield StripeDeskRig(on_stripe)
    else:
        journal = file if request.param == "embedded_in_a_file" else MemoryJournal()
        yield EmbeddedDeskRig(embedded_rig(journal, clock, ids))
