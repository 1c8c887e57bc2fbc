from collections.abc import AsyncIterator

import pytest

from ..exchange import Exchange
from ..invariants import checked_exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An open exchange, whose books are checked when the test is over."""
    async with checked_exchange() as exchange:
        yield exchange
