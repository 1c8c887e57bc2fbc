"""A store whose disk is full, or whose file is damaged: what is refused, told, and goes on."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from solebook.adapters.sql.engine import condition
from solebook.adapters.system.folder_lock import folder_lock
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.settings import Settings
from solebook.ports.language.audit import Act, AuditAction, Target, TargetKind
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR

pytestmark = pytest.mark.integration


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 8192 * 4096)


def cut_within_a_page(file: Path) -> None:
    os.truncate(file, 5_000)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def overwrite_header(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(Random(1).randbytes(100))


def overwrite_all(file: Path) -> None:
    file.write_bytes(Random(1).randbytes(100_000))


def make_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replace_by_another(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()


def overwrite_middle(file: Path) -> None:
    """Overwrite all pages but the first few, which a start reads."""
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(Random(1).randbytes(file.stat().st_size - 4096))


@pytest.mark.parametrize(
    ("damage", "cause"),
    [
        (cut, "malformed"),
        (cut_within_a_page, "malformed"),
        (empty, "the file is empty"),
        (overwrite_header, "not a database"),
        (overwrite_all, "not a database"),
        (overwrite_middle, "malformed"),
        (make_folder, "unable to open database file"),
        (replace_by_another, "tables of another program, such as notes"),
    ],
)
async def test_a_damaged_file_stops_the_start_with_its_name_and_the_cause(
    on_sqlite: Settings, damage: Callable[[Path], None], cause: str
) -> None:
    file = Path(on_sqlite.folder) / "solebook.sqlite3"
    (file.parent / "signing-key").touch()  # it was in use
    damage(file)
    with pytest.raises((Unavailable, ValueError)) as refused:
        async with open_application(on_sqlite):
            pytest.fail("it started")
    told = str(refused.value.__cause__ if refused.type is Unavailable else refused.value)
    assert cause in told
    assert "\n" not in told
    assert file.name in told


@pytest.mark.parametrize("damage", [overwrite_all, make_folder])
def test_a_damaged_lock_says_which_file_it_is(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    with folder_lock(tmp_path):
        pass
    damage(tmp_path / "lock.sqlite3")
    with pytest.raises(OSError, match=r"lock\.sqlite3: "), folder_lock(tmp_path):
        pytest.fail("it is locked")


async def state_of_store(application: Application) -> tuple[str, bool]:
    health = (await view_health_of(application)())["store"]
    return health.state, health.refusal is None


async def test_damage_that_is_found_later_makes_the_process_unready_for_good(
    on_sqlite: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    file = Path(on_sqlite.folder) / "solebook.sqlite3"
    async with open_application(on_sqlite) as application:
        assert await state_of_store(application) == ("answers", True)
        store = application.adapters.store
        with file.open("r+b") as opened:
            for page in range(4096, file.stat().st_size, 4096):
                opened.seek(page)
                opened.write(Random(1).randbytes(4096))
        with pytest.raises(Unavailable):
            await store.alarms.page(PageRequest(limit=1))
        health = (await view_health_of(application)())["store"]
        assert health.refusal is not None
    assert f"the store is damaged: {file}: " in caplog.text


async def test_a_full_disk_refuses_writes_until_there_is_room(
    on_sqlite: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condition, "_QUIET", 0.0)
    async with open_application(on_sqlite) as application:
        await join(application, "before")
        await limit_pages(application, 1)
        with pytest.raises(Unavailable):
            await fill(application)
        assert await state_of_store(application) == ("cannot be written", False)
        assert (
            await application.adapters.store.users.find_by_email("before@example.com")
        ) is not None

        await limit_pages(application, 1_000_000)
        await join(application, "after")
        assert await state_of_store(application) == ("answers", True)
    said = [record.message for record in caplog.records if "written" in record.message]
    file = Path(on_sqlite.folder) / "solebook.sqlite3"
    assert said == [
        f"the store cannot be written: {file}: database or disk is full",
        "the store can be written again",
    ]


async def limit_pages(application: Application, most: int) -> None:
    """Limit the writer's file to so many pages; not to fewer than it has."""
    store = application.adapters.store
    database = store.audit_log._database  # type: ignore[attr-defined]  # the SQL adapter's
    async with store.transaction():
        connection = await database._begun(database._current())
        await connection.fetch(f"PRAGMA max_page_count = {most}", ())


async def join(application: Application, name: str) -> None:
    await application.users.register_user(
        email=f"{name}@example.com",
        password="correct horse battery",
        first_name="Test",
        last_name=name,
    )


async def fill(application: Application) -> None:
    """Write until nothing can be written any more."""
    store = application.adapters.store
    act = Act(
        actor_id=OPERATOR.user_id,
        action=AuditAction.CLOCK_MOVED,
        target=Target(TargetKind.CLOCK),
        reason=None,
        facts={"text": "x" * 4_000},
    )
    for _ in range(1_000):
        async with store.transaction():
            await store.audit_log.add(act)
