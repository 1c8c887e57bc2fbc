"""InfluxDB as Debian has it: 1.6, to which influxdb-client writes through a shim."""

import shutil
import sys
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from .. import influx_shim
from ..private_file import write_private
from ..probes import exchange, http_answers
from ..program import Program, Stage

NOT_INSTALLED = "InfluxDB is not installed (apt install influxdb), so charts are in PostgreSQL"
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
  auth-enabled = true
  log-enabled = false
"""


def program() -> str | None:
    """Return where the server is, or None if the machine has none."""
    return shutil.which("influxd")


def influx_server(folder: Path, port: int, rpc: int, shim: int) -> tuple[Program, Program]:
    """Return a server that keeps its data in a folder, and the shim in front of it.

    Raises LookupError if it is not installed.
    """
    server = program()
    if server is None:
        raise LookupError(NOT_INSTALLED)
    folder.mkdir(exist_ok=True)
    configuration = folder / "influxd.toml"
    write_private(configuration, _CONFIGURATION.format(rpc=rpc, port=port, folder=folder))
    return (
        Program(
            name="influx",
            stage=Stage.SERVER,
            command=(server, "-config", str(configuration)),
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
    """Create the user, which the first one needs no login for, and the database.

    Both may be there already. The database keeps everything, with few shards, for sales of years.
    """
    login = {"u": user, "p": password}
    for statement in (
        f"CREATE USER {user} WITH PASSWORD '{password}' WITH ALL PRIVILEGES",
        f"CREATE DATABASE {database} WITH DURATION INF SHARD DURATION 52w",
    ):
        path = f"/query?{urlencode({'q': statement} | login)}"
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n"
        await exchange(port, f"{head}Connection: close\r\n\r\n".encode())
