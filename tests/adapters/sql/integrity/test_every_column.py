"""Every kind of damage to a row of every table is found, or there is a reason why it is not.

`unchecked.md` has the reasons. A few are tried of each table; with `--full` all.
"""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import Table

from solebook.adapters.sql.copy_store import copy_store
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.migrate import migrate
from solebook.adapters.sql.schema import metadata
from solebook.composition.application import Application

from ....exchange import Exchange
from ....invariants import findings
from ....postgres_server import PostgresServer
from .conftest import MUCH_LATER, exchange_in
from .mutations import Hand, Mutation, PostgresHand, Refused, SqliteHand, mutations

# What they run is run by other tests too, which coverage watches.
pytestmark = pytest.mark.no_cover

_ROWS = 5
"""How many rows of a table are damaged until one damage is found."""
_FEW = 3
_UNCHECKED = [
    line.removeprefix("- ")
    for line in (Path(__file__).parent / "unchecked.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("- ")
]
_TABLES = [
    table
    for table in metadata.sorted_tables
    if table.name not in ("revoked_sessions", "sealing_keys")
]
"""Revoked sessions are in memory in tests, and nothing is sealed there."""


@pytest.fixture(scope="package")
def busy_url(busy: Path, postgres_server: PostgresServer) -> str:
    """The URL of a copy on PostgreSQL."""
    url = postgres_server.create_database("busy")
    asyncio.run(_copied(busy, url))
    return url


async def _copied(busy: Path, url: str) -> None:
    await migrate(url)
    async with SqlDatabase(f"sqlite:///{busy / 'store.db'}") as source, SqlDatabase(url) as target:
        await copy_store(source, target, lambda *_: None)
    async with exchange_in(busy, MUCH_LATER, url) as exchange:
        await exchange.app.search.reindex_products()


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest) -> str | None:
    """The URL of the database, or None for the file."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("busy_url")
    return url


@pytest.fixture
async def damaged(
    where: str | None, busy: Path, tmp_path: Path
) -> AsyncIterator[tuple[Exchange, Hand]]:
    """An exchange, and a hand that damages it."""
    opened = _on_sqlite(busy, tmp_path / "copy") if where is None else _on_postgres(busy, where)
    async with opened as both:
        yield both


@asynccontextmanager
async def _on_sqlite(busy: Path, copy: Path) -> AsyncIterator[tuple[Exchange, Hand]]:
    shutil.copytree(busy, copy)
    hand = SqliteHand(copy / "store.db")
    try:
        async with exchange_in(copy, MUCH_LATER) as exchange:
            yield exchange, hand
    finally:
        hand.close()


@asynccontextmanager
async def _on_postgres(busy: Path, url: str) -> AsyncIterator[tuple[Exchange, Hand]]:
    hand = await PostgresHand.at(url)
    try:
        async with exchange_in(busy, MUCH_LATER, url) as exchange:
            yield exchange, hand
    finally:
        await hand.close()


@pytest.mark.parametrize("table", _TABLES, ids=lambda table: table.name)
async def test_damage_is_found_or_there_is_a_reason(
    damaged: tuple[Exchange, Hand], table: Table, full: bool
) -> None:
    exchange, hand = damaged
    chance = random.Random(crc32(table.name.encode()))
    rows = await hand.rows(f"SELECT * FROM {table.name}")
    assert rows, "an exchange with rows in every table has none here"
    rows = chance.sample(list(rows), min(_ROWS, len(rows)))
    by_name: dict[str, list[Mutation]] = {}
    for row in rows:
        for mutation in mutations(table, row):
            by_name.setdefault(str(mutation), []).append(mutation)
    names = [name for name in by_name if full or not _is_unchecked(name)]
    for name in names if full else chance.sample(names, min(_FEW, len(names))):
        found = await _is_found(exchange.app, hand, by_name[name])
        assert found or _is_unchecked(name), f"{name} is not found, and unchecked.md has no reason"
    assert await findings(exchange.app) == []


def _is_unchecked(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _UNCHECKED)


async def _is_found(app: Application, hand: Hand, damage: Sequence[Mutation]) -> bool:
    """Return whether a damage is found in one of the rows, or the database refuses it in all."""
    planted = False
    for mutation in damage:
        try:
            await mutation.plant(hand)
        except Refused:
            continue
        planted = True
        try:
            if await findings(app):
                return True
        finally:
            await mutation.undo(hand)
    return not planted
