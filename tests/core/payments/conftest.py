from collections.abc import AsyncIterator

import pytest

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def unchecked() -> AsyncIterator[Exchange]:
    """An open exchange to which something happens that leaves dead letters."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await exchange.app.engine.stop()
