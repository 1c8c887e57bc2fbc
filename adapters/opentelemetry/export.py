"""Sending spans to a collector, over OTLP and HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

from .tracer import OpenTelemetryTracer

_QUEUE = 4_096
"""Spans that wait. Beyond it the newest are dropped: nothing waits for a collector."""
_PORTION = 512
_INTERVAL = 2_000
"""Milliseconds from one portion to the next."""
_TIMEOUT = 2.0
"""Seconds that the collector has for an answer."""
_FAREWELL = 1.5
"""Seconds in which the last spans may be sent when the process ends."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of TLS: whom to trust, and what this client proves itself with."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None


class _Session(requests.Session):
    """Trusts the CA that it is told to.

    By itself it would trust the one in the variable REQUESTS_CA_BUNDLE instead.
    """

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        told = self.verify if verify is None else verify
        return super().merge_environment_settings(url, proxies, stream, told, cert)


class _Exporter(OTLPSpanExporter):
    """May be shut down while it sends, which gives up what is left, and twice."""

    _is_over = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.FAILURE if self._is_over else super().export(spans)

    def shutdown(self) -> None:
        if not self._is_over:
            self._is_over = True
            super().shutdown()  # type: ignore[no-untyped-call]


@contextmanager
def exporting(
    url: str, *, service: str, sample: float, files: Files | None = None
) -> Iterator[OpenTelemetryTracer]:
    """Send spans to the collector at a URL until the block is left.

    A collector that is away holds up nothing, and the end for a second or two at most.
    """
    files = files or Files()
    exporter = _Exporter(
        f"{url.rstrip('/')}/v1/traces",
        certificate_file=files.ca,
        client_certificate_file=files.cert,
        client_key_file=files.key,
        session=_Session(),
        timeout=_TIMEOUT,
    )
    processor = BatchSpanProcessor(
        exporter,
        max_queue_size=_QUEUE,
        max_export_batch_size=_PORTION,
        schedule_delay_millis=_INTERVAL,
        export_timeout_millis=_TIMEOUT * 1_000,
    )
    tracer = OpenTelemetryTracer(processor, service=service, sample=sample)
    try:
        yield tracer
    finally:
        # The SDK would wait for its own timeouts, which no setting bounds together.
        farewell = Thread(target=tracer.shut_down, daemon=True)
        farewell.start()
        farewell.join(_FAREWELL)
        exporter.shutdown()  # or a thread would go on to try for half a minute
