"""The command line in a folder of its own."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from solebook.composition.migrations import migrate_store
from solebook.config.settings import Settings
from solebook.entrypoints.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """What a command answered: its exit code, what it printed, and what it complained of."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty exchange, to be copied: a migration takes its time."""
    folder = tmp_path_factory.mktemp("exchange")
    asyncio.run(migrate_store(Settings(folder=str(folder))))
    return folder


@pytest.fixture
def folder(empty_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an exchange in its usual place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOLEBOOK_SECURITY__BCRYPT_COST", "4")
    return shutil.copytree(empty_folder, tmp_path / "solebook-data")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_it(*arguments: str) -> Outcome:
        try:
            code = main(arguments)
        except SystemExit as stop:  # argparse's way to end a program
            code = stop.code if isinstance(stop.code, int) else 1
        return Outcome(code, *capsys.readouterr())

    return run_it
