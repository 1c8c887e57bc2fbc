"""`solebook check` prints what is wrong and what to do, and its exit status says whether."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Run


@pytest.fixture(autouse=True)
def _private(folder: Path) -> None:
    folder.chmod(0o700)


def test_an_exchange_that_is_well_is_told_in_a_table(run: Run, folder: Path) -> None:
    done = run("check")
    assert (done.code, done.err) == (0, "services: 2 of 2\n")
    lines = done.out.splitlines()
    assert lines[0].split() == ["service", "tried", "found,", "and", "what", "to", "do", "ms"]
    assert ["store", "schema", "ok"] in [line.split()[:3] for line in lines]
    assert lines[-1] == "11 tried: 0 failed, no warnings"


def test_what_fails_is_told_with_advice_and_a_status(run: Run, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as file:
        file.execute("UPDATE alembic_version SET version_num = '0042'")
        file.commit()
    folder.chmod(0o755)
    done = run("check")
    assert done.code == 1
    assert "=> run `solebook migrate`" in done.out
    assert done.out.endswith("11 tried: 1 failed, 1 warning\n")
    told = run("check", "--only", "store", "--json")
    assert told.code == 1
    results = json.loads(told.out)["results"]
    assert {one["service"] for one in results} == {"store"}
    assert results[-1] | {"milliseconds": 0} == {
        "service": "store",
        "tried": "schema",
        "verdict": "failed",
        "found": "the database is older than this version of solebook (0042, not "
        f"{results[-1]['found'].rpartition(' ')[2]}",
        "milliseconds": 0,
        "advice": "run `solebook migrate`",
    }


def test_settings_that_cannot_be_read_have_a_status_of_their_own(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_SERVER__PORT", "many")
    done = run("check", "--json")
    assert done.code == 2
    assert "server.port" in json.loads(done.out)["error"]
    assert done.err.startswith("solebook: the settings are wrong: ")
    monkeypatch.delenv("SOLEBOOK_SERVER__PORT")
    done = run("check", "--only", "nats")
    assert (done.code, done.err) == (
        2,
        "solebook: the settings use no nats; there are settings, store\n",
    )
    assert run("check", "nowhere").code == 2


def test_a_folder_is_checked_with_its_own_settings_and_secrets(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "solebook.toml").write_text('[server]\nport = 9000\n[redis]\npassword = "short"\n')
    secrets = tmp_path / "secrets.env"
    secrets.write_text(
        "# made by hand\nSOLEBOOK_WEBHOOKS__SECRET=password-password-password-password\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for file in (secrets, tmp_path / "solebook.toml"):
        file.chmod(0o644)
    done = run("check", "..", "--json")
    found = {(f["service"], f["tried"]): f["found"] for f in json.loads(done.out)["results"]}
    assert found["settings", "secrets"] == "redis.password, webhooks.secret can be guessed"
    assert found["settings", "permissions"].count(str(tmp_path)) == 2
    assert found["store", "rights"].startswith(str(folder))
    assert "password-password" not in done.out
    assert os.getcwd() == str(elsewhere)


@pytest.mark.parametrize("given", ["0", "-3", "nan", "inf", "3601", "soon"])
def test_a_time_that_no_service_could_keep_is_refused(run: Run, folder: Path, given: str) -> None:
    refused = run("check", "--timeout", given)
    assert refused.code == 2
    assert f"'{given}' is not a number of seconds" in refused.err


def test_a_folder_that_is_not_there_is_told_by_its_name(run: Run, folder: Path) -> None:
    done = run("check", "none", "--json")
    assert (done.code, json.loads(done.out)) == (2, {"error": "none: No such file or directory"})
    assert done.err == "solebook: none: No such file or directory\n"
