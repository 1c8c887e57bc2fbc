from collections.abc import AsyncIterator

import pytest

from .market import Market, build_market


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    """A market with a running engine."""
    market = build_market()
    await market.engine.start()
    yield market
    await market.engine.stop()
