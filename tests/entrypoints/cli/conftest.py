"""The command line in a temporary folder."""

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
    """The result of a command: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an empty exchange to copy, because a migration is slow."""
    folder = tmp_path_factory.mktemp("exchange")
    asyncio.run(migrate_store(Settings(folder=str(folder))))
    return folder


@pytest.fixture
def folder(empty_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with an exchange in the default place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOLEBOOK_SECURITY__BCRYPT_COST", "4")
    return shutil.copytree(empty_folder, tmp_path / "solebook-data")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_it(*arguments: str) -> Outcome:
        try:
            code = main(arguments)
        except SystemExit as stop:  # argparse exits this way
            code = stop.code if isinstance(stop.code, int) else 1
        return Outcome(code, *capsys.readouterr())

    return run_it
