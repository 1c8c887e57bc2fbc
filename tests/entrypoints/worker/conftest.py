from collections.abc import AsyncIterator

import pytest

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await exchange.app.engine.stop()
