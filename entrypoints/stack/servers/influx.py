"""InfluxDB as Debian has it: 1.6, to which influxdb-client writes through a shim."""

import shutil
import sys
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from .. import influx_shim
from ..private_file import write_private
from ..probes import exchange, http_answers, wait_until
from ..program import Program, Stage

NOT_INSTALLED = "InfluxDB is not installed (apt install influxdb), so charts are in PostgreSQL"
_PATIENCE = 60.0
_CONFIGURATION = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""


def program() -> str | None:
    """Return where the server is, or None if the machine has none."""
    return shutil.which("influxd")


def configuration(folder: Path, port: int, rpc: int) -> str:
    """Return the text of a configuration, which ends in the section about HTTP."""
    return _CONFIGURATION.format(rpc=rpc, port=port, folder=folder)


def creation_of_database(name: str) -> str:
    """Return a statement: the database keeps everything, with few shards, for sales of years."""
    return f"CREATE DATABASE {name} WITH DURATION INF SHARD DURATION 52w"


def creation_of_user(name: str, password: str) -> str:
    """Return a statement: the user may do everything. The first one is created without a login."""
    return f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES"


def influx_server(folder: Path, port: int, rpc: int, shim: int) -> tuple[Program, Program]:
    """Return a server that keeps its data in a folder, and the shim in front of it.

    Raises LookupError if it is not installed.
    """
    server = program()
    if server is None:
        raise LookupError(NOT_INSTALLED)
    folder.mkdir(exist_ok=True)
    file = folder / "influxd.toml"
    write_private(file, f"{configuration(folder, port, rpc)}  auth-enabled = true\n")
    return (
        Program(
            name="influx",
            stage=Stage.SERVER,
            command=(server, "-config", str(file)),
            is_ready=partial(http_answers, port, "/ping"),
            port=port,
        ),
        Program(
            name="influx-shim",
            stage=Stage.SERVER,
            command=(sys.executable, "-I", "-S", influx_shim.__file__, str(shim), str(port)),
            is_ready=partial(http_answers, shim, "/ping"),
            port=shim,
        ),
    )


async def prepare_influx(port: int, *, user: str, password: str, database: str) -> None:
    """Create the user and the database, which may be there already. Raises TimeoutError."""
    login = {"u": user, "p": password}
    for statement in (creation_of_user(user, password), creation_of_database(database)):
        path = f"/query?{urlencode({'q': statement} | login)}"
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n"
        request = f"{head}Connection: close\r\n\r\n".encode()
        # A statement that is refused, or not answered, would be missing for good.
        await wait_until(partial(_is_accepted, port, request), patience=_PATIENCE)


async def _is_accepted(port: int, request: bytes) -> bool:
    return (await exchange(port, request)).startswith(b"HTTP/1.1 200")
