from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar

from solebook.config.stream import StreamSettings

from ..world import World
from .sockets import Socket, accepted, connected


@pytest.fixture
def stream_settings() -> StreamSettings:
    return StreamSettings(
        patience=timedelta(seconds=40),
        books=3,
        errors=3,
        connections=6,
        connections_per_address=4,
        connections_per_user=2,
    )


@pytest.fixture
def app(world: World) -> Litestar:
    return world.app


@pytest.fixture
async def socket(app: Litestar, market: World) -> AsyncIterator[Socket]:
    async with connected(app) as socket:
        await accepted(socket)
        yield socket
