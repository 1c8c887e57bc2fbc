"""A collector of traces, as small as it can be."""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Receiver:
    """What a collector was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[ExportTraceServiceRequest] = []

    @property
    def spans(self) -> list[tuple[str, Span]]:
        """The service and each of its spans."""
        return [
            (of_service.resource.attributes[0].value.string_value, span)
            for request in self.requests
            for of_service in request.resource_spans
            for scope in of_service.scope_spans
            for span in scope.spans
        ]

    def traces_before(self, name: str) -> set[bytes]:
        """Return the traces with a span of this name, and those that are linked to them."""
        linked = defaultdict[bytes, set[bytes]](set)
        for _, span in self.spans:
            linked[span.trace_id] |= {link.trace_id for link in span.links}
        found, left = set[bytes](), [s.trace_id for _, s in self.spans if s.name == name]
        while left:
            trace = left.pop()
            if trace not in found:
                found.add(trace)
                left += linked[trace]
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive traces at a free port until the block is left."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
