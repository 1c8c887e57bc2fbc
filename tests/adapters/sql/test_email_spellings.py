"""Emails from before get their one spelling, and none is lost or merged."""

import logging
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from solebook.adapters.sql.migrate import configuration

from .test_migrate import run as run_on_sqlite

BEFORE = [
    "a..b@example.com",
    "buyer@example.com",
    "ju\u0308rgen@example.com",
    "jürgen@example.com",
    "me@xn--bcher-kva.example",
    "zoe\u0308@example.com",
]
AFTER = [
    "a..b@example.com",
    "buyer@example.com",
    "ju\u0308rgen@example.com",
    "jürgen@example.com",
    "me@bücher.example",
    "zoë@example.com",
]


def upgrade(connection: Connection) -> None:
    config = configuration(connection)
    command.upgrade(config, "0068")
    add = sa.text(
        "INSERT INTO users (id, email, password_hash, first_name, last_name, created_at, roles, "
        "suspended) VALUES (:id, :email, '', '', '', '2026-03-01 12:00:00+00:00', '[]', FALSE)"
    ).bindparams(sa.bindparam("id", type_=sa.Uuid()))
    for email in BEFORE:
        connection.execute(add, {"id": uuid4(), "email": email})
    command.upgrade(config, "0069")


def check(connection: Connection) -> None:
    emails = connection.scalars(sa.text("SELECT email FROM users")).all()
    assert sorted(emails) == sorted(AFTER)


async def test_on_sqlite(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path / 'exchange.db'}"
    with caplog.at_level(logging.WARNING, "solebook.migrations"):
        await run_on_sqlite(url, upgrade, check)
    assert caplog.text.count("is another user's in another spelling") == 1


async def test_on_postgresql(empty_postgres: AsyncEngine) -> None:
    async with empty_postgres.begin() as connection:
        await connection.run_sync(upgrade)
        await connection.run_sync(check)
