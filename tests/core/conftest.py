from collections.abc import AsyncIterator

import pytest

from solebook.composition.engine import engine_of

from ..exchange import Exchange, build_exchange
from ..invariants import check_invariants


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An open exchange, whose books are checked when the test is over."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await exchange.quiet()
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()
