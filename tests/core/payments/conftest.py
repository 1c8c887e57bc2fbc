from collections.abc import AsyncIterator

import pytest

from solebook.composition.engine import engine_of

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def unchecked() -> AsyncIterator[Exchange]:
    """An open exchange for tests that leave dead letters."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()
