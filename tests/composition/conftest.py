"""Settings of every kind of store."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from solebook.composition.migrations import migrate_store
from solebook.config.redis import RedisSettings
from solebook.config.settings import SecuritySettings, Settings, StoreSettings

from ..redis_connections import PATIENCE, some_prefix
from ..valkey_server import ValkeyServer


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty exchange, to be copied: a migration takes its time."""
    folder = tmp_path_factory.mktemp("exchange")
    asyncio.run(migrate_store(Settings(folder=str(folder))))
    return folder


@pytest.fixture
def on_sqlite(empty_folder: Path, tmp_path: Path) -> Settings:
    folder = shutil.copytree(empty_folder, tmp_path / "solebook-data")
    return Settings(folder=str(folder), security=SecuritySettings(bcrypt_cost=4))


@pytest.fixture
def in_memory(tmp_path: Path) -> Settings:
    return Settings(
        folder=str(tmp_path / "solebook-data"),
        security=SecuritySettings(bcrypt_cost=4),
        store=StoreSettings(adapter="memory"),
    )


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Settings:
    return Settings(
        folder=str(tmp_path / "solebook-data"),
        security=SecuritySettings(bcrypt_cost=4),
        store=StoreSettings(url=postgres_url),
    )


@pytest.fixture
def on_redis(on_sqlite: Settings, valkey_server: ValkeyServer) -> Settings:
    """SQLite, with a Redis beside it."""
    redis = RedisSettings(
        url=valkey_server.url, prefix=some_prefix(), timeout=timedelta(seconds=PATIENCE)
    )
    return msgspec.structs.replace(on_sqlite, redis=redis)


@pytest.fixture(params=["memory", "sqlite", "postgres", "redis"])
def settings(request: pytest.FixtureRequest) -> Settings:
    name = {"memory": "in_memory"}.get(request.param, f"on_{request.param}")
    settings: Settings = request.getfixturevalue(name)
    return settings
