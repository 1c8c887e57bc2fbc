"""The contract of Tracer."""

import pytest
from opentelemetry.sdk.trace import SpanProcessor

from solebook.adapters.opentelemetry.tracer import OpenTelemetryTracer
from solebook.ports.language.spans import SpanKind
from solebook.ports.language.traces import Trace, current_trace, current_user, within, work_for
from solebook.ports.language.tracing import NoTracer
from solebook.ports.tracer import Tracer

TRACE = Trace("1" * 32, "2" * 16)
SAMPLED = Trace("3" * 32, "4" * 16, is_sampled=True)
KIND = SpanKind.INTERNAL


@pytest.fixture(params=["none", "some", "all"])
def tracer(request: pytest.FixtureRequest) -> Tracer:
    if request.param == "none":
        return NoTracer()
    sample = 1.0 if request.param == "all" else 0.0
    return OpenTelemetryTracer(SpanProcessor(), service="test", sample=sample)


def current_id() -> str:
    trace = current_trace()
    assert trace is not None
    return trace.trace_id


@pytest.mark.parametrize("after", [None, SAMPLED])
def test_a_trace_that_begins_has_its_id(tracer: Tracer, after: Trace | None) -> None:
    with tracer.begin("outer", TRACE, KIND, after) as span:
        assert current_id() == TRACE.trace_id
        with tracer.span("inner", KIND) as inner:
            assert current_id() == TRACE.trace_id
            inner.tell(order_id="7", count=1)
        span.rename("other")
        span.link(SAMPLED)
        span.fail("500")
    assert current_trace() is None


def test_a_trace_that_others_began_goes_on_for_the_same_user(tracer: Tracer) -> None:
    with within(SAMPLED):
        work_for("somebody")
        with tracer.span("next", KIND):
            assert (current_id(), current_user()) == (SAMPLED.trace_id, "somebody")
        assert current_trace() == SAMPLED


def test_without_a_trace_a_span_is_nothing(tracer: Tracer) -> None:
    with tracer.span("alone", KIND):
        assert current_trace() is None


def test_an_error_leaves_the_span(tracer: Tracer) -> None:
    with (
        pytest.raises(ValueError, match="wrong"),
        tracer.begin("outer", TRACE, KIND, SAMPLED),
        tracer.span("inner", KIND),
    ):
        raise ValueError("wrong")
    assert current_trace() is None
