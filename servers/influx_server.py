"""InfluxDB as Debian has it: 1.6, to which influxdb-client writes through a shim."""

import http.client
import re
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

from solebook.entrypoints.stack import influx_shim
from solebook.entrypoints.stack.servers import influx

from .child_server import PATIENCE, ChildServer
from .valkey_server import free_port


class _Shim(ChildServer):
    """Answers where influxdb-client writes to, and passes everything on to a server's port.

    With the files of a certificate and its key, both have TLS.
    """

    name = "the shim"

    def __init__(self, folder: Path, to: int) -> None:
        super().__init__(folder)
        self.port = free_port()
        self._to = to
        self.tls: Sequence[str] = ()

    @classmethod
    def is_installed(cls) -> bool:
        return True

    def command_line(self) -> Sequence[str]:
        self.folder.mkdir(exist_ok=True)
        return (sys.executable, influx_shim.__file__, str(self.port), str(self._to), *self.tls)

    def is_ready(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return _ask(self.port, "/ping", has_tls=bool(self.tls)) == 204
        return False


class InfluxServer(ChildServer):
    """A server that keeps its data over a restart, with the shim in front of it."""

    name = "InfluxDB"

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self._port = free_port()
        self._rpc = free_port()
        self._shim = _Shim(folder / "shim", self._port)

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec("influxdb_client") is not None and influx.program() is not None

    @classmethod
    def not_installed(cls) -> str:
        return "InfluxDB is not installed: apt-get install influxdb"

    @property
    def url(self) -> str:
        """Where the shim answers."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._shim.port}"

    @property
    def _tls(self) -> Sequence[str]:
        """The files of the certificate and its key in the settings, if they are there."""
        return re.findall(r'https-(?:certificate|private-key) = "(.+)"', self.settings)

    def create_database(self, name: str) -> None:
        """Create a database that keeps everything."""
        self._execute(influx.creation_of_database(name))

    def drop_database(self, name: str) -> None:
        """Delete a database."""
        self._execute(f"DROP DATABASE {name}")

    def create_user(self, name: str, password: str) -> None:
        """Create a user who may do everything. The first one needs no login."""
        self._execute(influx.creation_of_user(name, password))

    def _execute(self, text: str) -> None:
        assert _ask(self._port, f"/query?{urlencode({'q': text})}", "POST") == 200

    def command_line(self) -> Sequence[str]:
        file = self.folder / "influxd.toml"
        file.write_text(influx.configuration(self.folder, self._port, self._rpc) + self.settings)
        return ("influxd", "-config", str(file))

    def is_ready(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return _ask(self._port, "/ping", has_tls=bool(self._tls)) == 204
        return False

    def start(self) -> None:
        super().start()
        self._shim.tls = self._tls
        self._shim.start()

    def stop(self) -> None:
        self._shim.stop()
        super().stop()

    def kill(self) -> None:
        self._shim.kill()
        super().kill()


def _ask(port: int, path: str, method: str = "GET", *, has_tls: bool = False) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    if has_tls:
        trusting = ssl._create_unverified_context()  # its own check
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=PATIENCE, context=trusting
        )
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
