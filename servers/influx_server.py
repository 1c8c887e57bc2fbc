"""InfluxDB as Debian has it: 1.6, to which influxdb-client writes through a shim.

That version has `/write` and `/query`. influxdb-client writes to `/api/v2/write`, which came with
InfluxDB 1.8, which also takes `Token USER:PASSWORD`. The shim makes that the login that 1.6 knows.
"""

import http.client
import re
import shutil
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

from .child_server import PATIENCE, ChildServer
from .valkey_server import free_port

_CONFIGURATION = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""

_SHIM = """\
import base64, http.client, ssl, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
class Shim(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def forward(self):
        url = urlsplit(self.path)
        path = self.path
        if url.path == "/api/v2/write":
            database, _, policy = parse_qs(url.query)["bucket"][0].partition("/")
            path = "/write?" + urlencode({"db": database, "rp": policy})
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, word = (self.headers.get("Authorization", "") + " ").split(" ", 1)
        if kind == "Token":
            kind, word = "Basic", base64.b64encode(word.strip().encode()).decode()
        headers = {"Authorization": f"{kind} {word.strip()}"} if kind else {}
        server = connect("127.0.0.1", int(sys.argv[2]), timeout=60)
        try:
            server.request(self.command, path, body, headers)
            answer = server.getresponse()
            status, body = answer.status, answer.read()
        except OSError as error:
            status, body = 503, str(error).encode()
        server.close()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)
    do_GET = do_POST = forward
    def log_message(self, *_):
        pass
connect = http.client.HTTPConnection
shim = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shim)
if sys.argv[3:]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*sys.argv[3:])
    shim.socket = tls.wrap_socket(shim.socket, server_side=True, do_handshake_on_connect=False)
    trusting = ssl._create_unverified_context()
    connect = lambda *to, **more: http.client.HTTPSConnection(*to, context=trusting, **more)
shim.serve_forever()
"""


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
        return (sys.executable, "-c", _SHIM, str(self.port), str(self._to), *self.tls)

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
        return find_spec("influxdb_client") is not None and shutil.which("influxd") is not None

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
        """Create a database that keeps everything, with few shards, for sales of many years."""
        self._execute(f"CREATE DATABASE {name} WITH DURATION INF SHARD DURATION 52w")

    def drop_database(self, name: str) -> None:
        """Delete a database."""
        self._execute(f"DROP DATABASE {name}")

    def create_user(self, name: str, password: str) -> None:
        """Create a user who may do everything. The first one needs no login."""
        self._execute(f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES")

    def _execute(self, text: str) -> None:
        assert _ask(self._port, f"/query?{urlencode({'q': text})}", "POST") == 200

    def command_line(self) -> Sequence[str]:
        configuration = self.folder / "influxd.toml"
        text = _CONFIGURATION.format(rpc=self._rpc, port=self._port, folder=self.folder)
        configuration.write_text(text + self.settings)
        return ("influxd", "-config", str(configuration))

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
