"""Answers where influxdb-client writes to, and passes everything on to an InfluxDB 1.6.

`influx_shim.py PORT SERVER_PORT [CERTIFICATE KEY]`. That version has `/write` and `/query`.
influxdb-client writes to `/api/v2/write`, which came with 1.8, which also takes `Token
USER:PASSWORD`. The shim makes that the login that 1.6 knows. It runs with the standard library
alone. With a certificate, both have TLS.
"""

import base64
import http.client
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

_PATIENCE = 60
_NO_CONTENT = 204
_AWAY = 503


class Shim(BaseHTTPRequestHandler):
    """Passes requests on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_port: ClassVar[int]
    trusting: ClassVar[ssl.SSLContext | None] = None

    def do_GET(self) -> None:
        """Pass a request on, and its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = self._connect()
        try:
            server.request(self.command, self._path(), body, self._login())
            answer = server.getresponse()
            status, body = answer.status, answer.read()
        except OSError as error:
            status, body = _AWAY, str(error).encode()
        server.close()
        self.send_response(status)
        if status == _NO_CONTENT:
            self.end_headers()
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:  # it logs nothing
        pass

    def _path(self) -> str:
        url = urlsplit(self.path)
        if url.path != "/api/v2/write":
            return self.path
        database, _, policy = parse_qs(url.query)["bucket"][0].partition("/")
        return "/write?" + urlencode({"db": database, "rp": policy})

    def _login(self) -> dict[str, str]:
        kind, word = (self.headers.get("Authorization", "") + " ").split(" ", 1)
        if kind == "Token":
            kind, word = "Basic", base64.b64encode(word.strip().encode()).decode()
        return {"Authorization": f"{kind} {word.strip()}"} if kind else {}

    def _connect(self) -> http.client.HTTPConnection:
        where = ("127.0.0.1", self.server_port)
        if self.trusting is None:
            return http.client.HTTPConnection(*where, timeout=_PATIENCE)
        return http.client.HTTPSConnection(*where, timeout=_PATIENCE, context=self.trusting)


def main() -> None:
    """Serve until the process ends."""
    port, Shim.server_port, *files = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
    shim = ThreadingHTTPServer(("127.0.0.1", port), Shim)
    if files:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*files)
        shim.socket = tls.wrap_socket(shim.socket, server_side=True, do_handshake_on_connect=False)
        Shim.trusting = ssl._create_unverified_context()  # noqa: S323  # both are on this machine
    shim.serve_forever()


if __name__ == "__main__":
    main()
