"""A diagnosis of the settings finds weak secrets and files that are missing or too open."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.config.check import SettingsCheck, is_file_setting
from solebook.config.load import load_settings
from solebook.config.tree import fields
from solebook.core.operations.check_services import CheckServices
from solebook.ports.language.trials import TrialResult, Verdict

from .test_production import PRODUCTION

STRONG = "0a5f3be9d7c2418f86b1"
CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def found(*private: Path, **variables: Any) -> Mapping[str, TrialResult]:
    settings = load_settings(None, {f"SOLEBOOK_{name}": text for name, text in variables.items()})
    check = CheckServices([SettingsCheck(settings, private)], SystemStopwatch(), 5.0)
    return {one.tried: one for one in await check()}


async def test_defaults_are_well() -> None:
    told = await found()
    assert {one.verdict for one in told.values()} == {Verdict.OK}
    assert told["mode"].found.startswith("embedded; production needs 8 more settings")


@pytest.mark.parametrize(
    "secret", ["short", "password-password-1", "aaaaaaaaaaaaaaaaaaaaaaa", "%41"]
)
async def test_a_secret_that_can_be_guessed_is_named_and_not_shown(secret: str) -> None:
    url = f"postgresql://me:{secret}@db.example.com/solebook"
    told = await found(STORE__URL=url, REDIS__URL="redis://a", REDIS__PASSWORD=STRONG)
    assert told["secrets"].verdict is Verdict.WARNING
    assert told["secrets"].found == "store.url can be guessed"
    assert "openssl rand" in told["secrets"].advice
    assert secret not in repr(told)


async def test_production_may_not_have_a_weak_secret() -> None:
    names = {name.removeprefix("SOLEBOOK_"): text for name, text in PRODUCTION.items()}
    told = await found(**names)
    assert told["mode"].found == "production"
    assert told["secrets"].verdict is Verdict.FAILED
    assert told["secrets"].found.startswith("encryption.keys, payments.webhook_secret, security.s")
    told = await found(SECURITY__SIGNING_KEYS='[{"id": "a", "secret": "b"}]')
    assert told["secrets"].verdict is Verdict.FAILED
    assert told["secrets"].found == "security.signing_keys has fewer than 32 bytes in a"


async def test_a_file_that_is_missing_is_named() -> None:
    told = await found(NATS__CA="nobody.pem")
    assert told["files"].verdict is Verdict.FAILED
    assert told["files"].found == "nats.ca: there is no file nobody.pem"


async def test_what_others_can_read_is_named(tmp_path: Path) -> None:
    secrets, key = tmp_path / "secrets.env", tmp_path / "a.key"
    for file in (secrets, key):
        file.write_text("a secret")
        file.chmod(0o640)
    told = await found(secrets, REDIS__KEY="a.key", REDIS__CERT="a.key")
    assert told["permissions"].verdict is Verdict.WARNING
    assert told["permissions"].found == f"others can read {secrets}, a.key"
    for file in (secrets, key):
        file.chmod(0o600)
    told = await found(secrets, REDIS__KEY="a.key", REDIS__CERT="a.key")
    assert told["permissions"].verdict is Verdict.OK


def test_every_setting_that_names_a_file_which_must_be_there_is_looked_at() -> None:
    texts = "".join(file.read_text() for file in CONFIG.glob("*.py"))
    named = re.findall(
        r"^    (\w+): str \| None = (?:None|\(\n.*\n    \))\n"
        r"    \"\"\"The file of (?!the embedded)",
        texts,
        re.M,
    )
    looked_at = {field.own_name for field in fields() if is_file_setting(field.name)}
    assert set(named) == looked_at
