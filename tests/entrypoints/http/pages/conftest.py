from collections.abc import AsyncIterator

import httpx
import pytest

from ..world import World
from .browser import Browser


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(world.app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        yield Browser(client)
