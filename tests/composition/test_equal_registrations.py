"""A stranger learns nothing from how much work a registration or a forgotten password is."""

from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from solebook.adapters.sql.engine.sqlite_connection import SqliteConnection
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.settings import Settings
from solebook.config.users import UsersSettings

from ..served import PASSWORD

STATEMENTS = ("fetch", "fetch_written", "execute", "attempt", "execute_many", "execute_together")
TAKEN = "taken@example.com"


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    users = UsersSettings(verify_addresses=True)
    async with open_application(Settings(folder=str(tmp_path), users=users)) as application:
        yield application


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were run."""
    run: list[str] = []

    def counting(method: Any) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def counted(connection: SqliteConnection, sql: Any, *more: Any, **named: Any) -> Any:
            run.append(str(sql))
            return await method(connection, sql, *more, **named)

        return counted

    for name in STATEMENTS:
        monkeypatch.setattr(SqliteConnection, name, counting(getattr(SqliteConnection, name)))
    return run


async def test_whoever_has_the_email_the_same_number_of_statements_is_run(
    application: Application, run: list[str]
) -> None:
    async def registration(email: str) -> int:
        run.clear()
        person: dict[str, Any] = {"first_name": "Test", "last_name": "User"}
        await application.users.accept_registration(email=email, password=PASSWORD, **person)
        return len(run)

    async def forgotten(email: str) -> int:
        run.clear()
        await application.users.request_password_reset(email)
        return len(run)

    of_new = [await registration(email) for email in (TAKEN, "new@example.com")]
    of_taken = [await registration(TAKEN) for _ in range(2)]
    assert len({*of_new, *of_taken}) == 1, run
    assert await forgotten(TAKEN) == await forgotten("nobody@example.com"), run
