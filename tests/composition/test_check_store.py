"""A diagnosis of the store says what is wrong with it and what to do, and changes nothing."""

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from solebook.adapters.sql.checks import postgres, sqlite
from solebook.adapters.sql.checks.sqlite import SqliteCheck
from solebook.adapters.sql.engine.payloads import encode
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.config.settings import Settings, StoreSettings
from solebook.core.operations.check_services import CheckServices
from solebook.ports.language.trials import TrialResult

from ..postgres_server import PostgresServer
from .tried import (
    FAILED,
    OK,
    WARNING,
    SkewedClock,
    all_well,
    closed_port,
    line_to,
    says,
    silent_server,
    tried,
)


def file_of(settings: Settings) -> Path:
    return Path(settings.folder) / "solebook.sqlite3"


def content_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    # What is shared by those who have the file open tells who reads it.
    files = [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".sqlite3-shm"]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


# ---- SQLite --------------------------------------------------------------------------------------


async def test_a_file_is_well_and_stays_as_it_is(on_sqlite: Settings) -> None:
    folder = Path(on_sqlite.folder)
    before = content_of(folder)
    found = await tried(on_sqlite, "store")
    all_well(found)
    assert list(found) == ["file", "rights", "disk", "log", "journal", "damage", "schema"]
    assert content_of(folder) == before


async def test_a_file_that_is_written_meanwhile_is_well_and_stays_as_it_is(
    on_sqlite: Settings,
) -> None:
    folder = Path(on_sqlite.folder)
    with closing(sqlite3.connect(file_of(on_sqlite), isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE beside (a)")
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO beside VALUES (1)")
        before = {
            name: content for name, content in content_of(folder).items() if "-shm" not in name
        }
        found = await tried(on_sqlite, "store")
        after = {
            name: content for name, content in content_of(folder).items() if "-shm" not in name
        }
    all_well(found)
    assert found["journal"].found == "a write-ahead log"
    assert after == before


async def test_without_a_file_it_says_who_creates_it_and_creates_nothing(tmp_path: Path) -> None:
    found = await tried(Settings(folder=str(tmp_path / "new")), "store")
    says(found["rights"], OK, "the first `solebook serve` creates it")
    assert not os.listdir(tmp_path)


async def test_a_damaged_file_is_noticed(on_sqlite: Settings) -> None:
    with file_of(on_sqlite).open("r+b") as file:
        for page in range(4, 40):
            file.seek(page * 4_096)
            file.write(Random(1).randbytes(4_096))
    says((await tried(on_sqlite, "store"))["damage"], FAILED, advice="restore a backup")


async def test_no_database_is_noticed(on_sqlite: Settings) -> None:
    file_of(on_sqlite).write_bytes(b"a letter to my aunt" * 100)
    says((await tried(on_sqlite, "store"))["damage"], FAILED, "not a database", "restore a backup")


async def test_a_long_look_for_damage_ends(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_LOOKS_FOR", -1.0)
    monkeypatch.setattr(sqlite, "_STEPS", 1)
    says((await tried(on_sqlite, "store"))["damage"], OK, "none in the first")


@pytest.mark.parametrize(
    ("revision", "problem", "advice"),
    [
        ("0042", "older than this version", "run `solebook migrate`"),
        ("9999", "newer than this version", "install the newer version"),
        (None, "has no exchange yet", "run `solebook migrate`"),
    ],
)
async def test_another_schema_is_noticed(
    on_sqlite: Settings, revision: str | None, problem: str, advice: str
) -> None:
    with closing(sqlite3.connect(file_of(on_sqlite))) as file:
        if revision is None:
            file.execute("DROP TABLE alembic_version")
        file.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num)")
        file.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        file.commit()
    says((await tried(on_sqlite, "store"))["schema"], FAILED, problem, advice)


async def test_a_full_disk_is_noticed(on_sqlite: Settings) -> None:
    async def disk(free: int) -> TrialResult:
        check = SqliteCheck(on_sqlite.store_url, free=lambda _: free)
        found = await CheckServices([check], SystemStopwatch(), 20.0)()
        return next(one for one in found if one.tried == "disk")

    says(await disk(1024), FAILED, "0.0 GiB free", "free some space")
    says(await disk(512 * 1024**2), WARNING, "0.5 GiB free", "free some space")


async def test_a_folder_that_cannot_be_written_is_noticed(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, so the system's answer is replaced.
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).is_file())
    found = await tried(on_sqlite, "store")
    says(found["rights"], FAILED, "cannot be written", "let the user that runs solebook own")
    assert "damage" not in found
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).is_dir())
    says((await tried(on_sqlite, "store"))["rights"], FAILED, "cannot be read and written")


async def test_a_damaged_log_is_noticed(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "commits_lost", lambda _: 3)
    says((await tried(on_sqlite, "store"))["log"], FAILED, "3 acknowledged", "restore a backup")


# ---- PostgreSQL ----------------------------------------------------------------------------------


def at(settings: Settings, url: str, **store: Any) -> Settings:
    return msgspec.structs.replace(settings, store=StoreSettings(url=url, **store))


async def test_a_server_is_well_and_nothing_changes(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    dump = ("--no-sync", "--restrict-key=a", postgres_server.url("store"))
    before = postgres_server.run("pg_dump", *dump)
    found = await tried(on_postgres, "store")
    all_well(found)
    assert re.fullmatch(r"PostgreSQL 18\.[1-9][0-9]*", found["reach"].found)
    assert "room for" in found["connections"].found
    assert found["rules"].found == "none are stored; the first process stores these"
    assert postgres_server.run("pg_dump", *dump) == before


async def test_a_server_that_is_not_there_is_noticed(on_postgres: Settings) -> None:
    url = f"postgresql://solebook@127.0.0.1:{closed_port()}/solebook"
    found = await tried(at(on_postgres, url), "store")
    says(found["reach"], FAILED, "nothing listens at", "start the server, or correct its address")
    assert list(found) == ["reach"]


async def test_a_server_that_hangs_is_noticed_in_time(on_postgres: Settings) -> None:
    async with silent_server() as port:
        url = f"postgresql://solebook@127.0.0.1:{port}/solebook"
        found = await tried(at(on_postgres, url), "store", limit=0.3)
        says(found["reach"], FAILED, "no answer within 0 s", "start PostgreSQL")
        slow = timedelta(seconds=0.3)
        found = await tried(at(on_postgres, url, connect_timeout=slow), "store")
        says(found["reach"], FAILED, "did not answer within 0.3 s", "a firewall")


async def test_a_wrong_database_is_noticed(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    found = await tried(at(on_postgres, postgres_server.url("another")), "store")
    says(found["reach"], FAILED, '"another" does not exist', "create the database")


async def test_a_wrong_password_is_noticed_and_not_shown(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    postgres_server.sql("CREATE ROLE locked LOGIN PASSWORD 'right-one'")
    hba = postgres_server.data / "pg_hba.conf"
    before = hba.read_text()
    try:
        hba.write_text(f"local all locked scram-sha-256\n{before}")
        postgres_server.sql("SELECT pg_reload_conf()")
        where = postgres_server.url("store").partition("@")[2]
        found = await tried(at(on_postgres, f"postgresql://locked:wrong-one@{where}"), "store")
    finally:
        hba.write_text(before)
        postgres_server.sql("SELECT pg_reload_conf()")
        postgres_server.sql("DROP ROLE locked")
    says(found["reach"], FAILED, "password authentication failed", "correct the user and the pass")
    assert "wrong-one" not in repr(found)


async def test_no_tls_is_noticed_unless_the_server_is_here(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    says(
        (await tried(on_postgres, "store"))["TLS"],
        OK,
        "none, on this machine or its private network",
    )
    async with line_to(postgres_server.folder / ".s.PGSQL.5432") as port:
        url = f"postgresql://postgres@127.0.0.2:{port}/store"
        found = await tried(at(on_postgres, url), "store")
        says(found["TLS"], FAILED, "in the clear", "set sslmode to verify-full")
        required = await tried(at(on_postgres, f"{url}?sslmode=require"), "store")
        says(required["reach"], FAILED, "offers no TLS, and sslmode demands it")


@pytest.mark.parametrize(("seconds", "how"), [(-5, "5.0 s ahead of"), (5, "5.0 s behind")])
async def test_a_skewed_clock_is_noticed(on_postgres: Settings, seconds: int, how: str) -> None:
    clock = SkewedClock(timedelta(seconds=seconds))
    found = await tried(on_postgres, "store", clock=clock)
    says(found["clock"], FAILED, f"PostgreSQL's is {how} this machine's", "synchronise the clocks")
    says(found["schema"], OK)  # the rest is tried too
    says((await tried(on_postgres, "store"))["clock"], OK, "differs by less than 0.")


async def test_an_old_schema_is_noticed(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    url = postgres_server.create_database("diagnosed_old")
    try:
        found = await tried(at(on_postgres, url), "store")
        says(found["schema"], FAILED, "no exchange yet", "run `solebook migrate`")
        assert "rules" not in found
        for revision, problem in (("0042", "older"), ("9999", "newer")):
            postgres_server.sql(
                "CREATE TABLE IF NOT EXISTS alembic_version (version_num text);"
                f"DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('{revision}')",
                "diagnosed_old",
            )
            says((await tried(at(on_postgres, url), "store"))["schema"], FAILED, problem)
    finally:
        postgres_server.sql("DROP DATABASE diagnosed_old")


async def test_other_rules_are_noticed(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    stored = encode(replace(on_postgres.market, shipping_fee=1_234))
    put = "INSERT INTO rules_in_force (number, rules, adopted_at) VALUES (1, '{}', now())"
    postgres_server.sql(put.format(stored), "store")
    ours = on_postgres.market.shipping_fee
    found = await tried(on_postgres, "store")
    says(found["rules"], FAILED, f"shipping_fee is 1234 there, {ours} here", "admin apply-rules")


async def test_missing_rights_are_noticed(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    postgres_server.sql(
        "CREATE ROLE limited LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE"
        " ON ALL TABLES IN SCHEMA public TO limited",
        "store",
    )
    where = postgres_server.url("store").partition("@")[2]
    limited = at(on_postgres, f"postgresql://limited@{where}")
    try:
        found = await tried(limited, "store")
        says(found["rights"], WARNING, "create none", "as the owner of the database")
        postgres_server.sql("REVOKE UPDATE, DELETE ON orders FROM limited", "store")
        found = await tried(limited, "store")
        says(found["rights"], FAILED, "lacks DELETE, UPDATE on orders", "grant them")
        postgres_server.sql("ALTER ROLE limited SET default_transaction_read_only = on")
        found = await tried(limited, "store")
        says(found["writing"], FAILED, "read-only", "default_transaction_read_only")
        postgres_server.sql("ALTER ROLE limited CONNECTION LIMIT 20")
        found = await tried(limited, "store")
        says(found["connections"], WARNING, "a second process", "raise max_connections")
        postgres_server.sql("ALTER ROLE limited CONNECTION LIMIT 9")
        found = await tried(limited, "store")
        says(found["connections"], FAILED, "a process opens up to 17", "raise max_connections")
    finally:
        postgres_server.sql("DROP OWNED BY limited; DROP ROLE limited", "store")


async def test_an_old_server_is_noticed(
    on_postgres: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "OLDEST", 99)
    found = await tried(on_postgres, "store")
    says(found["reach"], FAILED, "PostgreSQL 18", "use PostgreSQL 99 or newer")
    says(found["schema"], OK)


async def test_a_replica_is_tried_and_a_server_that_does_not_follow_is_noticed(
    on_postgres: Settings, postgres_server: PostgresServer
) -> None:
    url = on_postgres.store_url
    all_well(await tried(at(on_postgres, url), "store"))
    same = await tried(at(on_postgres, url, replica_url=url), "replica")
    says(same["following"], FAILED, "does not follow the store", "set the replica up anew")
    away = f"postgresql://solebook@127.0.0.1:{closed_port()}/solebook"
    found = await tried(at(on_postgres, url, replica_url=away), "replica")
    says(found["reach"], FAILED, "nothing listens at", "start the server")
    with postgres_server.replica() as replica:
        followed = at(on_postgres, url, replica_url=replica.url("store"))
        found = await tried(followed, "replica")
        assert found["following"].verdict in (OK, WARNING), found
        as_store = await tried(at(on_postgres, replica.url("store")), "store")
        says(as_store["writing"], FAILED, "is a replica", "name the primary")
        replica.sql("SELECT pg_wal_replay_pause()")
        postgres_server.sql("SELECT pg_logical_emit_message(true, 'a', 'message')", "store")
        strict = at(
            on_postgres, url, replica_url=replica.url("store"), replica_max_lag=timedelta(0)
        )
        found = await tried(strict, "replica")
        says(found["following"], WARNING, "so the store answers itself", "receives and replays")
