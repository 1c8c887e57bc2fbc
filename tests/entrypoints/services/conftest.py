"""An exchange whose services are called."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from solebook.entrypoints.services.dispatcher import Call, Dispatcher, Serve
from solebook.entrypoints.services.rpc import Rpc, Who
from solebook.entrypoints.services.table import SCOPES
from solebook.ports.language.users import OPERATOR, Actor

from ...exchange import Exchange
from ...invariants import checked_exchange
from ...nats_server import NatsServer
from .over_grpc import over_grpc
from .over_nats import over_nats
from .requests import EXAMPLES, Example
from .ways import Direct, Opened, Told, Way


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with checked_exchange() as exchange:
        yield exchange


@asynccontextmanager
async def direct(serve: Serve) -> AsyncIterator[Way]:
    yield Direct(serve)


@pytest.fixture
def nats(nats_server: NatsServer) -> Opened:
    """The way over a real NATS server."""
    return over_nats(nats_server.url)


@pytest.fixture
def by_grpc() -> Opened:
    """The way over gRPC."""
    return over_grpc


@pytest.fixture(params=["direct", "nats", "by_grpc"])
def opened(request: pytest.FixtureRequest) -> Opened:
    """Each transport."""
    if request.param == "direct":
        return direct
    opened: Opened = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
async def way(opened: Opened, exchange: Exchange) -> AsyncIterator[Way]:
    async with opened(Dispatcher(exchange.app)) as way:
        yield way


@dataclass
class Services:
    """The services of an exchange, as a program calls them."""

    exchange: Exchange
    way: Way

    async def token(self, *scopes: str) -> str:
        issued = await self.exchange.app.users.issue_api_token(
            OPERATOR, name="test", scopes=scopes or sorted(SCOPES), reason="a test"
        )
        return issued.token

    async def signed_in(self, actor: Actor) -> str:
        """Return an access token of a user."""
        found = await self.exchange.app.operations.find_user(OPERATOR, actor.user_id)
        await self.exchange.app.users.set_roles(OPERATOR, actor.user_id, roles=actor.roles)
        signed_in = await self.exchange.app.users.sign_in(
            email=found.user.email, password="correct horse"
        )
        return signed_in.access_token

    async def example(self, rpc: Rpc) -> Example:
        """Return a right request, for which everything is ready."""
        example = await EXAMPLES[rpc.name](self.exchange)
        if example.actor is not None:
            roles = example.actor.roles
            users = self.exchange.app.users
            await users.set_roles(OPERATOR, example.actor.user_id, roles=roles)
        return example

    async def call(self, rpc: Rpc, request: dict[str, Any] | bytes, **call: Any) -> Told:
        return await self.way(rpc, request, Call(**call))

    async def allowed(self, rpc: Rpc, example: Example, **more: Any) -> Told:
        """Make a call as a service that may make all of them."""
        acting_for = None if example.actor is None else str(example.actor.user_id)
        if rpc.who is Who.SERVICE:
            acting_for = None
        return await self.call(
            rpc, example.request, token=await self.token(), acting_for=acting_for, **more
        )


@pytest.fixture
def services(exchange: Exchange, way: Way) -> Services:
    return Services(exchange, way)
