from collections.abc import AsyncIterator

import pytest

from solebook.composition.engine import engine_of

from ....exchange import Exchange, build_exchange
from ..reports import check_money


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An open exchange whose ledger is compared with the provider at the end of the test."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await check_money(exchange)
    await engine_of(exchange.app).stop()
