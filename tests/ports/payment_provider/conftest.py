"""The providers with which the contract of the payment provider runs."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock

from ...localstripe_server import LocalStripeServer
from .embedded_rig import embedded_rig
from .localstripe_rig import localstripe_rig
from .rig import RefundRig, Rig
from .stripe_rig import stripe_rig


@pytest.fixture(
    params=[
        "embedded_in_memory",
        "embedded_in_a_file",
        pytest.param("stripe", marks=pytest.mark.integration),
    ]
)
async def rig(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, file: SqliteJournal
) -> AsyncIterator[Rig]:
    if request.param == "stripe":
        async with stripe_rig(clock, ids) as on_stripe:
            yield on_stripe
    else:
        journal = file if request.param == "embedded_in_a_file" else MemoryJournal()
        yield embedded_rig(journal, clock, ids)


@pytest.fixture(
    params=[
        "embedded_in_memory",
        "embedded_in_a_file",
        pytest.param("stripe", marks=pytest.mark.integration),
        pytest.param("localstripe", marks=pytest.mark.real),
    ]
)
async def refund_rig(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, file: SqliteJournal
) -> AsyncIterator[RefundRig]:
    """Every provider that can charge and refund."""
    if request.param == "localstripe":
        server: LocalStripeServer = request.getfixturevalue("localstripe_server")
        async with localstripe_rig(server.url, clock, ids) as on_localstripe:
            yield on_localstripe
    elif request.param == "stripe":
        async with stripe_rig(clock, ids) as on_stripe:
            yield on_stripe
    else:
        journal = file if request.param == "embedded_in_a_file" else MemoryJournal()
        yield embedded_rig(journal, clock, ids)


@pytest.fixture(params=["in_memory", "in_a_file"])
def rig_with_pending_charges(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, file: SqliteJournal
) -> Rig:
    """The embedded provider, which has cards whose charges are pending at first."""
    return embedded_rig(file if request.param == "in_a_file" else MemoryJournal(), clock, ids)
