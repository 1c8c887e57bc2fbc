"""A PostgreSQL whose disk is full, or whose data is damaged: what is refused, told, and goes on."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from solebook.adapters.sql.engine import condition
from solebook.adapters.sql.migrate import migrate
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.settings import Settings, StoreSettings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.paging import PageRequest

from ..postgres_server import PostgresServer

pytestmark = pytest.mark.integration

FULL = Path("/dev/full")
"""Writing it fails as on a full disk."""


def settings_of(folder: Path, url: str) -> Settings:
    return Settings(folder=str(folder), store=StoreSettings(url=url))


def file_of(server: PostgresServer, table: str, database: str) -> Path:
    return server.data / server.sql(f"SELECT pg_relation_filepath('{table}')", database).strip()


async def join(application: Application, name: str) -> None:
    await application.users.register_user(
        email=f"{name}@example.com",
        password="correct horse battery",
        first_name="Test",
        last_name=name,
    )


async def state_of_store(application: Application) -> tuple[str, bool]:
    health = (await view_health_of(application)())["store"]
    return health.state, health.refusal is None


@pytest.fixture(scope="module")
def empty(postgres_server: PostgresServer) -> str:
    """The name of a database with all tables, to be copied."""
    asyncio.run(migrate(postgres_server.create_database("undamaged")))
    return "undamaged"


async def test_a_server_whose_disk_is_full_refuses_writes_until_there_is_room(
    postgres_server: PostgresServer,
    empty: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(condition, "_QUIET", 0.0)
    url = postgres_server.create_database("full_disk", template=empty)
    async with open_application(settings_of(tmp_path, url)) as application:
        file = file_of(postgres_server, "users", "full_disk")
        assert file.stat().st_size == 0
        file.unlink()
        file.symlink_to(FULL)
        with pytest.raises(Unavailable):
            await join(application, "before")
        assert await state_of_store(application) == ("cannot be written", False)
        assert (await application.adapters.store.users.find_by_email("a@example.com")) is None

        file.unlink()
        file.touch()
        os.chown(file, *owner_of(file.parent))
        # Its processes have the file open, unlike after a disk really was full.
        postgres_server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'full_disk'"
        )
        with suppress(Unavailable):
            await join(application, "between")
        await join(application, "after")
        assert await state_of_store(application) == ("answers", True)
    said = [each.message for each in caplog.records if each.name == condition.__name__]
    assert said[0].startswith("the store cannot be written: PostgreSQL: could not extend file")
    assert said[0].endswith("No space left on device")
    assert said[1:] == ["the store can be written again"]


def owner_of(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


@pytest.mark.parametrize("relation", ["users", "uq_users_email"])
async def test_a_damaged_page_of_a_server_makes_the_process_unready_for_good(
    postgres_server: PostgresServer,
    empty: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    relation: str,
) -> None:
    name = f"damaged_{relation}"
    source = postgres_server.create_database(f"sound_{relation}", template=empty)
    async with open_application(settings_of(tmp_path, source)) as application:
        await join(application, "before")
    # The pages of a copy are in no cache.
    url = postgres_server.create_database(name, template=f"sound_{relation}")
    damage(file_of(postgres_server, relation, name))
    async with open_application(settings_of(tmp_path, url)) as application:
        assert await state_of_store(application) == ("answers", True)
        with pytest.raises(Unavailable):
            await application.adapters.store.users.find_by_email("before@example.com")
        assert await state_of_store(application) == ("is damaged", False)
        await application.catalog.list_products(PageRequest(1))
        assert await state_of_store(application) == ("is damaged", False)
    [said] = [each.message for each in caplog.records if each.name == condition.__name__]
    assert said.startswith("the store is damaged: PostgreSQL: ")
    assert said.endswith("; stop, and restore a backup")


def damage(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(Random(1).randbytes(file.stat().st_size))
