"""The adapter for Stripe on a double of Stripe."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock

from ...ports.payment_provider.stripe_rig import StripeRig, stripe_rig


@pytest.fixture
async def rig(clock: VirtualClock, ids: SeededIds) -> AsyncIterator[StripeRig]:
    async with stripe_rig(clock, ids) as rig:
        yield rig
