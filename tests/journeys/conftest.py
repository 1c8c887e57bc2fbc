"""Every journey ends with a verification of the stores that it leaves behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.composition.container import open_application
from solebook.config.settings import SecuritySettings, Settings
from solebook.ports.language.ids import OrderId
from solebook.ports.language.integrity import Check

from ..invariants import findings

_OTHER_RULES = f"{Check.RULES}: "
"""A journey may have served the exchange by other rules than the defaults."""


@pytest.fixture
def poisoned() -> list[OrderId]:
    """The orders that a journey damages on purpose."""
    return []


@pytest.fixture(autouse=True)
def verified(tmp_path: Path, poisoned: list[OrderId]) -> Iterator[None]:
    """Verify every exchange in the journey's folder when it is over."""
    yield
    for file in tmp_path.rglob("solebook.sqlite3"):
        found = [
            line
            for line in asyncio.run(found_in(file.parent))
            if not any(str(order_id) in line for order_id in poisoned)
        ]
        assert not found, "\n".join(found)


async def found_in(folder: Path) -> list[str]:
    """Return what contradicts itself in the exchange of a folder."""
    settings = Settings(folder=str(folder), security=SecuritySettings(bcrypt_cost=4))
    async with open_application(settings, migrate=False) as app:
        return [line for line in await findings(app) if not line.startswith(_OTHER_RULES)]
