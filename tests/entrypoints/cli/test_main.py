"""The command line: help, one-line errors and missing packages."""

import socket
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from solebook.entrypoints.cli.admin.command import JOBS
from solebook.entrypoints.http.openapi.document import openapi_config

from .conftest import Run

COMMANDS = [
    [],
    ["serve"],
    ["demo"],
    ["double"],
    ["migrate"],
    ["mail"],
    ["admin"],
    ["admin", "grant"],
    ["admin", "reindex"],
    ["admin", "redraw-charts"],
    *(["admin", action.name] for job in JOBS for action in job),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "solebook")
def test_every_command_has_help(run: Run, command: list[str]) -> None:
    shown = run(*command, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(f"usage: {' '.join(['solebook', *command])} ")
    assert "==SUPPRESS==" not in shown.out


def test_help_needs_nothing_but_the_standard_library(run: Run) -> None:
    for command in ("serve", "demo", "migrate", "mail", "admin"):
        assert f"\n    {command} " in run("--help").out


def test_the_version_is_that_of_the_installed_package_and_of_the_api(run: Run) -> None:
    shown = run("--version")

    assert (shown.code, shown.out) == (0, f"solebook {version('solebook')}\n")
    assert openapi_config().version == version("solebook")


@pytest.mark.parametrize("command", [[], ["admin"], ["serves"], ["serve", "--ports", "1"]])
def test_an_unknown_command_is_refused_with_the_usage(run: Run, command: list[str]) -> None:
    refused = run(*command)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("usage: solebook")


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        (["http,", "matching"], "'http,' ends in the middle; write roles with commas and without"),
        (["http,seach"], "'seach' is no role; the roles are http, matching"),
    ],
)
def test_a_wrong_list_of_roles_is_refused_and_told_why(
    run: Run, roles: list[str], problem: str
) -> None:
    refused = run("serve", "--roles", *roles)
    assert (refused.code, refused.out) == (2, "")
    assert problem in refused.err


@pytest.mark.parametrize(
    ("role", "problem"),
    [
        ("chart", "'chart' is no role; the roles are matching, relay, trade"),
        ("http", "a worker answers no HTTP requests; use `solebook serve --roles http`"),
    ],
)
def test_a_worker_names_only_roles_that_it_can_run(run: Run, role: str, problem: str) -> None:
    refused = run("worker", "trade", role)
    assert (refused.code, refused.out) == (2, "")
    assert problem in refused.err


# ---- errors --------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """Return the single line of an output."""
    [line] = text.splitlines()
    return line


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("SERVER__PORT", "many", "the settings are wrong: Expected `int`, got `str`"),
        ("MODE", "production", "the settings are wrong: production needs security.signing_keys"),
        (
            "STORE__URL",
            "mysql://db/solebook",
            "the settings are wrong: store.url must be a sqlite:// or",
        ),
        ("STORE__URL", "nonsense", "the settings are wrong: store.url must be a sqlite:// or"),
        ("FOLDER", "/dev/null/solebook", "/dev/null/solebook: Not a directory"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_invalid_settings_are_a_one_line_error(
    folder: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    name: str,
    text: str,
    problem: str,
) -> None:
    monkeypatch.setenv(f"SOLEBOOK_{name}", text)
    refused = run(command)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith(f"solebook: {problem}")


def test_a_file_where_the_folder_should_be_is_told_as_that(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setenv("SOLEBOOK_FOLDER", str(tmp_path / "taken"))
    refused = run("serve", "--port", "0")
    assert refused.code == 1
    assert one_line(refused.err) == f"solebook: {tmp_path}/taken is there, and is no folder"


def test_a_missing_file_is_a_one_line_error(folder: Path, run: Run) -> None:
    refused = run("migrate", "--config", "market.toml")
    assert one_line(refused.err) == (
        "solebook: market.toml cannot be read: No such file or directory"
    )


@pytest.mark.no_cover  # the driver of PostgreSQL switches greenlets
@pytest.mark.parametrize(
    ("where", "problem"),
    [
        (
            "127.0.0.1:1/solebook",
            (
                "the store is unavailable: nothing listens at 127.0.0.1:1; check the URL, or start"
                " PostgreSQL"
            ),
        ),
        (
            "nowhere.invalid/solebook",
            (
                "the store is unavailable: no address is known for the host nowhere.invalid; check"
                " the URL"
            ),
        ),
        (
            "127.0.0.1:1/solebook?sslmode=verify-full",
            (
                'sslrootcert: root certificate file "{home}/.postgresql/root.crt" does not exist or'
                " cannot be accessed"
            ),
        ),
    ],
)
def test_a_database_that_cannot_be_reached_is_a_one_line_error(
    folder: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
    problem: str,
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    refused = run("serve", "--store", f"postgresql://keeper:hunter2@{where}")
    assert (refused.code, refused.out, caplog.text) == (1, "", "")
    assert one_line(refused.err) == f"solebook: {problem.format(home=folder)}"


def test_help_of_workers_names_no_role_that_they_refuse(run: Run) -> None:
    assert "\n  http " in run("serve", "--help").out
    assert "\n  http " not in run("worker", "--help").out


def test_verbose_adds_the_traceback_to_the_line(folder: Path, run: Run) -> None:
    refused = run("migrate", "--config", "market.toml", "--verbose")
    assert refused.code == 1
    first, *_, last = refused.err.splitlines()
    assert first == "Traceback (most recent call last):"
    assert last == "solebook: market.toml cannot be read: No such file or directory"


@pytest.mark.parametrize(("verbose", "lines"), [([], 1), (["-v"], 10)])
def test_a_missing_package_is_reported_with_the_install_command(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, verbose: list[str], lines: int
) -> None:
    monkeypatch.delitem(sys.modules, "solebook.entrypoints.http.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    refused = run("serve", *verbose)
    assert (refused.code, refused.out) == (1, "")
    assert len(refused.err.splitlines()) >= lines
    assert refused.err.splitlines()[-1] == (
        "solebook: uvicorn is not installed; run in the checkout: pip install '.[all]'"
    )


# ---- migrate -------------------------------------------------------------------------------------


def test_migrate_creates_the_database(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        done = run("migrate")
        url = "sqlite+aiosqlite:///solebook-data/solebook.sqlite3"
        assert (done.code, done.out, done.err) == (0, f"{url} is up to date\n", "")
    database = sqlite3.connect(tmp_path / "solebook-data" / "solebook.sqlite3")
    assert database.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    database.close()


def test_a_store_in_memory_has_nothing_to_migrate(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_STORE__ADAPTER", "memory")
    done = run("migrate")
    assert (done.code, done.out, done.err) == (0, "a store in memory has nothing to migrate\n", "")


def test_a_newer_database_is_not_changed(folder: Path, run: Run) -> None:
    database = sqlite3.connect(folder / "solebook.sqlite3")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    refused = run("migrate")
    assert refused.code == 1
    assert "solebook: the database is newer than this version" in one_line(refused.err)


# ---- serve ---------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("command", [["serve"], ["demo", "--limit", "1"]])
def test_a_port_in_use_is_a_one_line_error(
    folder: Path, run: Run, taken: int, command: list[str]
) -> None:
    refused = run(*command, "--port", str(taken))
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == (
        f"solebook: cannot listen on 127.0.0.1:{taken}: Address already in use; "
        "choose another port (--port), or stop the program that uses it"
    )
    assert not (folder / "solebook-data").exists()


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        (["--port", "65536"], "port must be from 0 to 65_535, not 65_536"),
        (["--port", "-1"], "port must be from 0 to 65_535, not -1"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:8000: Cannot assign"),
    ],
)
def test_an_invalid_host_is_a_one_line_error(
    folder: Path, run: Run, where: list[str], problem: str
) -> None:
    refused = run("serve", *where)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith(f"solebook: {problem}")


def test_a_folder_that_cannot_be_locked_is_a_one_line_error(folder: Path, run: Run) -> None:
    (folder / "lock.sqlite3").mkdir()
    refused = run("serve")
    assert one_line(refused.err) == (
        "solebook: solebook-data cannot be locked: solebook-data/lock.sqlite3: "
        "unable to open database file"
    )
