"""A start that fails because PostgreSQL has no connection left."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from solebook.composition.container import open_application
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings, StoreSettings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.process_roles import ALL_ROLES

pytestmark = [pytest.mark.real, pytest.mark.integration]


@pytest.fixture
async def url_for_one_connection(postgres_url: str) -> AsyncIterator[str]:
    """The URL of a user who may connect once."""
    owner = await asyncpg.connect(postgres_url)
    await owner.execute("CREATE ROLE once LOGIN CONNECTION LIMIT 1")
    await owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO once")
    yield postgres_url.replace("//postgres@", "//once@")
    await owner.execute("DROP OWNED BY once; DROP ROLE once")
    await owner.close()


async def test_everything_that_was_opened_is_closed_although_two_adapters_failed(
    tmp_path: Path, url_for_one_connection: str
) -> None:
    """The connections for leases and for wake-ups are refused, and Redis was listened to."""
    settings = Settings(
        folder=str(tmp_path),
        store=StoreSettings(url=url_for_one_connection),
        redis=RedisSettings(url="redis://127.0.0.1:1"),
    )
    before = asyncio.all_tasks()
    with pytest.raises(Unavailable) as refused:
        async with open_application(settings, roles=ALL_ROLES):
            pytest.fail("one connection is not enough")
    assert "too many connections" in str(refused.value.__cause__)
    assert asyncio.all_tasks() == before
