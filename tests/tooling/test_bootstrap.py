"""bootstrap.py with a fake uv: the commands it runs, and its errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = "--all-extras|--no-extra|stack|--no-default-groups"
"""Without the servers, which only the tests and the stack need."""


@pytest.fixture
def fake_uv(tmp_path: Path) -> Path:
    """Create a uv that is new enough, prints its arguments and exits with code 7."""
    folder = tmp_path / "bin"
    folder.mkdir()
    uv = folder / "uv"
    uv.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "if sys.argv[1:] == ['--version']: sys.exit(print('uv 99.0.0'))\n"
        "print(*sys.argv[1:], sep='|')\n"
        "sys.exit(7)\n"
    )
    uv.chmod(0o755)
    return folder


def bootstrap(*words: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bootstrap.py"), *words]
    environment = {**os.environ, "PATH": str(path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["test"], "--all-extras|nox"),
        (["test", "-s", "tests", "--", "a b"], "--all-extras|nox|-s|tests|--|a b"),
        (["demo", "--seed", "1"], f"{SMALL}|solebook|demo|--seed|1"),
        (["demo", "--stack"], "--all-extras|--no-default-groups|solebook|demo|--stack"),
        (["run", "serve"], f"{SMALL}|solebook|serve"),
        (["run", "stack"], "--all-extras|--no-default-groups|solebook|stack"),
    ],
)
def test_a_word_runs_its_command_with_the_further_arguments(
    words: list[str], runs: str, fake_uv: Path
) -> None:
    done = bootstrap(*words, path=fake_uv)

    assert done.stdout.strip() == f"run|--project|{ROOT}|{runs}"


def test_exit_code_is_that_of_the_command(fake_uv: Path) -> None:
    assert bootstrap("test", path=fake_uv).returncode == 7


def test_unknown_word_is_refused_in_one_line(fake_uv: Path) -> None:
    done = bootstrap("tests", path=fake_uv)

    assert done.returncode == 1
    assert done.stderr == ("bootstrap.py: there is no 'tests', only demo, run, test (and --help)\n")


def test_help_lists_every_word(fake_uv: Path) -> None:
    done = bootstrap("--help", path=fake_uv)

    assert done.returncode == 0
    for word in ("demo", "test", "run"):
        assert f"python3 bootstrap.py {word}" in done.stdout


def test_old_python_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace: dict[str, object] = {"__name__": "bootstrap", "__file__": str(ROOT / "bootstrap.py")}
    exec((ROOT / "bootstrap.py").read_text(encoding="utf-8"), namespace)
    main = namespace["main"]
    assert callable(main)
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))

    assert main(["test"]) == 1
    told = capsys.readouterr().err
    assert "solebook needs Python 3.11 or newer" in told
    assert "3.10.4" in told
    assert told.count("\n") == 1
