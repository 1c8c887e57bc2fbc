"""What is found in a write-ahead log that SQLite would drop without a word."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from solebook.adapters.system.sqlite_log import commits_lost

PAGE = 4_096
COMMITS = 30


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def writer(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE notes (text)")
    return connection


def write(connection: sqlite3.Connection, commits: int = COMMITS) -> None:
    for _ in range(commits):
        connection.execute("INSERT INTO notes VALUES ('a note')")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file with a log, as a process leaves it that is killed."""
    folder = tmp_path_factory.mktemp("wal")
    with closing(writer(folder / "running.db")) as connection:
        write(connection)
        shutil.copy(folder / "running.db", folder / "killed.db")
        shutil.copy(log_of(folder / "running.db"), log_of(folder / "killed.db"))
        yield folder / "killed.db"


@pytest.fixture
def file(used: Path, tmp_path: Path) -> Path:
    shutil.copy(log_of(used), log_of(tmp_path / used.name))
    return Path(shutil.copy(used, tmp_path / used.name))


def rows_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM notes")
    return int(count)


def overwrite(log: Path, frame: int) -> None:
    """Overwrite a frame, counted from the end if negative."""
    frames = (log.stat().st_size - 32) // (24 + PAGE)
    with log.open("r+b") as opened:
        opened.seek(32 + frame % frames * (24 + PAGE) + 1_000)
        opened.write(Random(1).randbytes(100))


@pytest.mark.parametrize("frame", [5, -3])
def test_commits_after_a_damaged_frame_are_found_and_sqlite_would_drop_them(
    file: Path, frame: int
) -> None:
    overwrite(log_of(file), frame)
    lost = commits_lost(file)
    assert lost > 1
    assert rows_in(file) == COMMITS - lost, "the first of them is that of the damaged frame"


def test_a_damaged_header_is_found(file: Path) -> None:
    with log_of(file).open("r+b") as opened:
        opened.write(Random(1).randbytes(32))
    assert commits_lost(file) > COMMITS


def test_what_a_crash_may_leave_is_no_damage(file: Path) -> None:
    log = log_of(file)
    assert commits_lost(file) == 0
    overwrite(log, -1)
    assert commits_lost(file) == 0
    os.truncate(log, log.stat().st_size // 2)
    assert commits_lost(file) == 0
    os.truncate(log, 10)
    assert commits_lost(file) == 0
    log.unlink()
    assert commits_lost(file) == 0


def test_what_is_left_of_an_earlier_log_is_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "running.db"
    with closing(writer(file)) as connection:
        for commits in (20, 10, 3):
            connection.execute("PRAGMA wal_checkpoint(RESTART)")
            write(connection, commits)
        assert commits_lost(file) == 0
        overwrite(log_of(file), 1)
        assert commits_lost(file) == 2
