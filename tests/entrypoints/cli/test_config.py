"""`solebook config` shows the settings without secrets, and the schema of their file."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from solebook.config.settings import Settings
from solebook.config.tree import fields

from .conftest import Run
from .test_main import one_line

HUNTER = "hunter2-hunter2-hunter2-hunter2-hunter2"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_shown_with_its_default(run: Run, tmp_path: Path) -> None:
    shown = run("config", "show")
    assert (shown.code, shown.err) == (0, "")
    names = [line.partition(" = ")[0].rstrip() for line in shown.out.splitlines()]
    assert names == [field.name for field in fields()]
    assert "market.payment_window" in names
    assert "#" not in shown.out
    assert list(tmp_path.iterdir()) == []


def test_what_is_set_tells_where_it_was_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "solebook.toml").write_text("[server]\nport = 9000\n[market]\ntick = 500\n")
    monkeypatch.setenv("SOLEBOOK_SERVER__PORT", "9001")
    monkeypatch.setenv("SOLEBOOK_HTTP__USER_LIMIT", '{"burst": 50}')
    shown = run("config", "show", "--changed")
    assert shown.out.splitlines() == [
        "server.port           = 9001  # SOLEBOOK_SERVER__PORT",
        "http.user_limit.burst = 50  # SOLEBOOK_HTTP__USER_LIMIT",
        "market.tick           = 500  # solebook.toml",
    ]


def test_json_has_each_value_and_where_it_was_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "market.toml").write_text("[market]\nbid_days = {maximum = 40}\n")
    shown = json.loads(run("config", "show", "--json", "--config", "market.toml").out)
    assert shown["market.bid_days.maximum"] == {"value": 40, "source": "market.toml"}
    assert shown["market.bid_days.minimum"] == {"value": 1, "source": None}
    assert shown["store.url"] == {"value": None, "source": None}


def test_a_key_in_a_file_has_no_secret_that_is_set(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [{"id": "1", "file": "key"}, {"id": "2", "secret": HUNTER}]
    monkeypatch.setenv("SOLEBOOK_ENCRYPTION__KEYS", json.dumps(keys))
    shown = json.loads(run("config", "show", "--json").out)["encryption.keys"]["value"]
    assert [key["secret"] for key in shown] == [None, "(secret)"]


def test_no_secret_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [field.name for field in fields() if field.is_secret]
    secrets.remove("influx.password")  # a token takes its place
    assert {"smtp.password", "payments.api_key", "store.url", "nats.token"} <= set(secrets)
    urls = {
        "store.url": f"postgresql://me:{HUNTER}@db/x?password={HUNTER}",
        "store.replica_url": f"postgresql://{HUNTER}@db2/x",
        "nats.url": f"nats://me:{HUNTER}@a:4222,nats://me:{HUNTER}@b:4222",
        "redis.url": f"redis://:{HUNTER}@cache:6379/0",
    }
    for name in secrets:
        variable = f"SOLEBOOK_{name.upper().replace('.', '__')}"
        monkeypatch.setenv(variable, urls.get(name, HUNTER))
    keys = [{"id": "2026", "secret": HUNTER}]
    monkeypatch.setenv("SOLEBOOK_SECURITY__SIGNING_KEYS", json.dumps(keys))
    monkeypatch.setenv("SOLEBOOK_SMTP__USER", "me")
    for form in ((), ("--json",)):
        shown = run("config", "show", "--changed", *form)
        assert (shown.code, shown.err) == (0, "")
        assert "hunter2" not in shown.out
        assert "postgresql://...@db/x?..." in shown.out
        assert all(name in shown.out for name in secrets)


def test_wrong_settings_are_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "solebook.toml").write_text("[server]\nprot = 1\n")
    refused = run("config", "show")
    assert (refused.code, refused.out) == (1, "")
    assert "there is no setting server.prot; did you mean server.port?" in one_line(refused.err)


def test_the_schema_is_printed(run: Run) -> None:
    schema = json.loads(run("config", "schema").out)
    jsonschema_rs.validator_for(schema).validate({"folder": Settings().folder})


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_is_told_every_command(run: Run, shell: str) -> None:
    script = run("completion", shell)
    assert (script.code, script.err) == (0, "")
    assert all(word in script.out for word in ("simulate", "redraw-charts", "--dry-run"))
