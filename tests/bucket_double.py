"""A bucket on 127.0.0.1, which checks signatures, and fails when it is told to."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from solebook.adapters.s3.photos import Bucket

KEY_ID, SECRET, REGION, NAME = "AKIDEXAMPLE", "a secret key", "eu-central-1", "shoes"


class BucketDouble:
    """Objects by path. `fails` is how many of the next requests are answered with 503."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.fails = 0
        self.hangs: threading.Event | None = None
        """Requests wait for it, if there is one."""
        self.url = ""

    @contextmanager
    def served(self) -> Iterator["BucketDouble"]:
        """Serve it at a free port."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            if self.hangs is not None:
                self.hangs.set()
            server.shutdown()
            server.server_close()
            thread.join()


def _handler_of(bucket: BucketDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self._is_let_in():
                bucket.objects[self.path] = content
                self._answer(200, headers={"ETag": '"1"'})

        def do_GET(self) -> None:
            if not self._is_let_in():
                return
            if self.path in bucket.objects:
                headers = {"ETag": '"1"', "Last-Modified": "Mon, 02 Mar 2026 12:00:00 GMT"}
                self._answer(200, bucket.objects[self.path], headers)
            else:
                self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

        def do_POST(self) -> None:
            """Delete the objects that a document names."""
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if not self._is_let_in():
                return
            keys = re.findall("<Key>(.+?)</Key>", content.decode())
            for key in keys:
                bucket.objects.pop(f"/{NAME}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

        def _is_let_in(self) -> bool:
            bucket.requests.append(f"{self.command} {self.path}")
            if bucket.hangs is not None:
                bucket.hangs.wait()
            if bucket.fails:
                bucket.fails -= 1
                self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
            elif not self._is_signed():
                self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            else:
                return True
            return False

        def _is_signed(self) -> bool:
            """Whether the request has the signature of its key (AWS Signature Version 4)."""
            given = self.headers.get("Authorization", "")
            parts = dict(
                part.strip().split("=", 1)
                for part in given.removeprefix("AWS4-HMAC-SHA256 ").split(",")
            )
            signed = parts["SignedHeaders"].split(";")
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            query += "=" if query and "=" not in query else ""
            canonical = "\n".join(
                [
                    *(self.command, path, query),
                    *(f"{name}:{(self.headers[name] or '').strip()}" for name in signed),
                    *("", parts["SignedHeaders"], self.headers["x-amz-content-sha256"]),
                ]
            )
            at, scope = self.headers["x-amz-date"], parts["Credential"].split("/", 1)[1]
            digest = hashlib.sha256(canonical.encode()).hexdigest()
            key = f"AWS4{SECRET}".encode()
            for part in scope.split("/"):
                key = hmac.digest(key, part.encode(), "sha256")
            text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{digest}"
            expected = hmac.digest(key, text.encode(), "sha256").hex()
            return parts["Credential"].startswith(f"{KEY_ID}/") and expected == parts["Signature"]

        def _answer(
            self, status: int, content: bytes = b"", headers: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def bucket_at(url: str, *, secret: str = SECRET, timeout: float = 5.0) -> "Bucket":
    """Return how a bucket at a URL is reached."""
    from solebook.adapters.s3.photos import Bucket

    return Bucket(NAME, REGION, KEY_ID, secret, url, timedelta(seconds=timeout))
