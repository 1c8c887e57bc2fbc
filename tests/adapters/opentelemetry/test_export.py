"""Spans reach a collector, and one that is away holds up nothing."""

import socket
import threading

import pytest

from solebook.adapters.opentelemetry.export import exporting
from solebook.ports.language.spans import SpanKind
from solebook.ports.language.traces import Trace

from ...busy_machine import timed
from ...otlp_receiver import receiving

pytestmark = pytest.mark.integration

TRACE = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
BEFORE = Trace("1" * 32, "2" * 16, is_sampled=True)


def test_spans_reach_the_collector_before_the_process_ends() -> None:
    with receiving() as receiver:
        with (
            exporting(receiver.url, service="relay,trade", sample=0.0) as tracer,
            tracer.begin("outer", TRACE, SpanKind.SERVER, BEFORE),
            tracer.span("inner", SpanKind.CLIENT) as span,
        ):
            span.tell(status=200, order_id="7")
        [(service, inner), (_, outer)] = receiver.spans
    assert service == "relay,trade"
    assert (outer.name, inner.name) == ("outer", "inner")
    assert outer.trace_id.hex() == inner.trace_id.hex() == TRACE.trace_id
    assert inner.parent_span_id == outer.span_id
    assert [link.trace_id.hex() for link in outer.links] == [BEFORE.trace_id]
    assert {a.key for a in inner.attributes} == {"http.response.status_code", "solebook.order_id"}


def test_a_collector_that_does_not_answer_holds_up_nothing() -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            timed() as in_all,
            exporting(url, service="all", sample=1.0) as tracer,
            timed() as recording,
        ):
            for _ in range(10_000):
                with tracer.begin("much", TRACE, SpanKind.INTERNAL, None):
                    pass
    assert recording.own < 5.0
    assert in_all.own - recording.own < 2.5
    # Nor does a thread stay that tries again and again.
    for thread in set(threading.enumerate()) - before:
        thread.join(60.0)
        assert not thread.is_alive(), thread
