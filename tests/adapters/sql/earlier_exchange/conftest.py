"""An exchange of revision 0016, on the files that it left and with this code."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.migrate import migrate
from solebook.composition.engine import engine_of
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor

from ....exchange import Exchange
from ....fragile_store import Edges
from ....journeys.fragile_machine import Machine
from ..exchange_0016 import PEOPLE, STOPPED_AT, restore

_ALL = PageRequest(limit=100)


@pytest.fixture(scope="package")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as that code left them."""
    folder = tmp_path_factory.mktemp("restored")
    asyncio.run(restore(folder / "store.db", folder / "provider.db"))
    return folder


@pytest.fixture(scope="package")
def migrated(restored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files at this code's revision, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    shutil.copytree(restored, folder, dirs_exist_ok=True)
    asyncio.run(migrate(f"sqlite:///{folder / 'store.db'}"))
    return folder


@asynccontextmanager
async def exchange_in(folder: Path) -> AsyncIterator[Exchange]:
    """Build the whole application on the files, with nothing started yet."""
    clock = VirtualClock(STOPPED_AT)
    machine = Machine(folder, clock, SeededIds(7, clock))
    async with machine.process(Edges(None)) as exchange:
        for email in PEOPLE:
            user = await exchange.store.users.find_by_email(email)
            assert user is not None, email
            exchange.people.append(Actor(user.id, user.roles))
        exchange.admin, exchange.authenticator, exchange.buyer, exchange.seller = exchange.people[
            :4
        ]
        (exchange.product,) = [
            product
            for product in (await exchange.store.products.page(_ALL)).items
            if product.style_code == "DD1391-100"
        ]
        await exchange.app.search.reindex_products()
        yield exchange


@pytest.fixture
async def exchange(migrated: Path, tmp_path: Path) -> AsyncIterator[Exchange]:
    """The exchange before anything of this code has run on it."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    async with exchange_in(tmp_path) as exchange:
        yield exchange


@pytest.fixture
async def opened(exchange: Exchange) -> AsyncIterator[Exchange]:
    """The exchange with its engine running, and nothing else yet."""
    await engine_of(exchange.app).start()
    yield exchange
    await engine_of(exchange.app).stop()
