"""Which `pg_dump` is used: that of the machine, or that of the stack if the server is newer."""

from pathlib import Path

import pytest

from solebook.adapters.backup.postgres_dump import dump_postgres

URL = "postgresql://me@127.0.0.1:1/x"
OLD = """\
echo 'pg_dump: error: aborting because of server version mismatch' >&2
echo 'pg_dump: detail: server version: 18.0; pg_dump version: 15.1' >&2
exit 1
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the machine's programs. The stack is not installed."""
    monkeypatch.setenv("PATH", str(tmp_path / "machine"))
    monkeypatch.setattr(
        "solebook.adapters.backup.postgres_dump.find_spec",
        lambda name: _Wheel(tmp_path / "wheel"),
    )
    return tmp_path / "machine"


class _Wheel:
    def __init__(self, folder: Path) -> None:
        self.submodule_search_locations = [str(folder)]


def program(folder: Path, script: str) -> None:
    folder.mkdir(parents=True)
    (folder / "pg_dump").write_text(f"#!/bin/sh\n{script}")
    (folder / "pg_dump").chmod(0o755)


async def test_a_server_newer_than_the_machine_is_dumped_by_the_program_of_the_stack(
    machine: Path, tmp_path: Path
) -> None:
    program(machine, OLD)
    program(tmp_path / "wheel" / "pginstall" / "bin", f"echo done > {tmp_path}/dumped")
    await dump_postgres(URL, tmp_path / "dump")
    assert (tmp_path / "dumped").exists()


async def test_without_the_stack_it_says_which_program_is_too_old(
    machine: Path, tmp_path: Path
) -> None:
    program(machine, OLD)
    with pytest.raises(OSError, match=r"server version: 18\.0") as refused:
        await dump_postgres(URL, tmp_path / "dump")
    assert f"{machine}/pg_dump is too old: install" in str(refused.value)


async def test_another_failure_is_told_and_not_tried_again(machine: Path, tmp_path: Path) -> None:
    program(machine, "echo 'pg_dump: error: no such database' >&2; exit 1")
    program(tmp_path / "wheel" / "pginstall" / "bin", "exit 0")
    with pytest.raises(OSError, match=r"^pg_dump: error: no such database$"):
        await dump_postgres(URL, tmp_path / "dump")


async def test_without_any_program_it_says_what_to_install(machine: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="pg_dump is not installed: install PostgreSQL's client"):
        await dump_postgres(URL, tmp_path / "dump")
