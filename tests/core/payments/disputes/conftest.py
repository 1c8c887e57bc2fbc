from collections.abc import AsyncIterator

import pytest

from solebook.composition.engine import engine_of

from ....exchange import Exchange, build_exchange
from .stories import check_all


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An open exchange, which is verified at the end of the test."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await check_all(exchange)
    await engine_of(exchange.app).stop()
