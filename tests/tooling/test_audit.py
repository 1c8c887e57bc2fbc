"""The audit of the packages, and the bill of materials."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
from packaging.version import Version

from auditing import index
from auditing.__main__ import main
from auditing.licences import EXCEPTIONS, check_licences
from auditing.lock import Lock, check_hashes, check_pins
from releasing.sbom import write_sbom

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
SHA = "sha256:" + "0" * 64

Uv = Callable[[str], None]


@pytest.fixture(autouse=True)
def has_lock() -> None:
    if not (ROOT / "uv.lock").exists():
        pytest.skip("there is no uv.lock: this environment was not made by uv")


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Uv:
    """Return what puts a script in the place of uv."""

    def become(script: str) -> None:
        program = tmp_path / "uv"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("UV", str(program))

    return become


def lock_of(*pins: str, **package: object) -> Lock:
    entry = {"version": "1.0", "wheels": [{"hash": SHA}], **package}
    return Lock(pins, {name: [entry] for name in EXCEPTIONS})


def test_the_packages_of_this_checkout_are_pinned_hashed_and_allowed() -> None:
    lock = Lock.of(ROOT)
    assert len(lock.packages) > 100
    for check in (check_pins, check_hashes, check_licences):
        assert check(lock).problems == ()


def test_loose_pins_missing_hashes_and_other_licences_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact = [f"{name}==1.0" for name in EXCEPTIONS if name != "localstripe"]
    lock = lock_of("localstripe>=1.0", *exact, wheels=[{"hash": "md5:0"}])
    assert check_pins(lock).problems == (
        "localstripe>=1.0 allows more than one version",
        "localstripe 1.0 has no pin: run `nox -s pin`",
    )
    assert len(check_hashes(lock).problems) == len(EXCEPTIONS)
    assert check_licences(lock).problems == ()
    monkeypatch.delitem(EXCEPTIONS, "localstripe")
    [problem] = check_licences(lock).problems
    assert "'GPL-3.0-or-later', which is not allowed" in problem


def test_what_others_know_fails_the_audit(pretend: Uv, capsys: pytest.CaptureFixture[str]) -> None:
    pretend(
        'if [ "$1" = audit ]; then echo "idna 3.20: GHSA-1, fixed in 3.21"; exit 1; fi\n'
        'echo "warning: \\`idna==3.20\\` is yanked (reason: broken)" >&2'
    )
    assert main([]) == 1
    told = capsys.readouterr().out
    assert "known vulnerabilities: WRONG: idna 3.20: GHSA-1, fixed in 3.21" in told
    assert "withdrawn versions: WRONG: warning: `idna==3.20` is yanked" in told


def test_who_could_not_ask_says_that_it_is_no_pass(
    pretend: Uv, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend('echo "error: Request failed after 3 retries\\n  cause: dns error" >&2; exit 2')
    assert main([]) == 0
    told = capsys.readouterr().out
    assert "known vulnerabilities: WARNING: could not ask: dns error" in told
    assert "this is no pass, because nobody was asked: withdrawn versions, known vul" in told
    assert main(["--strict"]) == 1


def test_another_failure_of_uv_is_no_warning(pretend: Uv) -> None:
    pretend('echo "error: unexpected argument --frozen" >&2; exit 2')
    found = index.ask_for_vulnerabilities(ROOT, lock_of())
    assert found.problems == ("uv failed: error: unexpected argument --frozen",)


def test_the_bill_of_materials_fits_its_schema_and_names_every_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("uv") is None:
        monkeypatch.setenv("UV", str(ROOT / ".bootstrap" / "bin" / "uv"))
    file = tmp_path / "solebook.cdx.json"
    write_sbom(ROOT, file, Version("1.2.3"), time=1_700_000_000)
    text = file.read_text(encoding="utf-8")
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_5)
    assert validator.validate_str(text) is None
    bill = json.loads(text)
    assert validator.validate_str(json.dumps(bill | {"components": [{"name": "a"}]})) is not None
    assert bill["metadata"]["component"]["version"] == "1.2.3"
    pins = {pin.partition(" ;")[0] for pin in Lock.of(ROOT).pins}
    parts = {part["name"]: part for part in bill["components"]}
    assert {f"{name}=={part['version']}" for name, part in parts.items()} <= pins
    assert {"litestar", "uvicorn", "cryptography", "asyncpg"} <= parts.keys()
    assert not {"pytest", "mypy", "localstripe"} & parts.keys()
    assert parts["litestar"]["licenses"] == [{"expression": "MIT"}]
    assert all(re.fullmatch("[0-9a-f]{64}", each["value"]) for each in parts["idna"]["properties"])
    assert "://" not in re.sub(r'"\$schema": "[^"]*"', "", text)
