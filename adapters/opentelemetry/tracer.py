"""The tracer on OpenTelemetry's SDK."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from ...ports.language.spans import Fact, SpanKind
from ...ports.language.traces import Trace, at, current_trace
from ...ports.language.tracing import NO_SPAN, unrecorded
from ...ports.tracer import Span, Tracer

_KINDS = {
    SpanKind.SERVER: api.SpanKind.SERVER,
    SpanKind.CLIENT: api.SpanKind.CLIENT,
    SpanKind.CONSUMER: api.SpanKind.CONSUMER,
    SpanKind.INTERNAL: api.SpanKind.INTERNAL,
}
_SAMPLED = api.TraceFlags(api.TraceFlags.SAMPLED)
_NAMES = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "message_id": "messaging.message.id",
}
"""OpenTelemetry's names of facts that it knows. The others are the exchange's own."""
_LAST_BITS = 56
"""The bits of a trace's id that are random in every trace, whoever began it."""
_NOTHING: AbstractContextManager[Span] = nullcontext(NO_SPAN)


class OpenTelemetryTracer(Tracer):
    """Records a share of the traces, and each of them as a whole.

    Whether a trace is sampled is decided when it begins, before anything of it is made: what is not
    sampled costs next to nothing.
    """

    def __init__(self, processor: SpanProcessor, *, service: str, sample: float) -> None:
        """Create a tracer that hands spans to a processor; `sample` is the share, from 0 to 1."""
        resource = Resource({"service.name": service, "service.namespace": "solebook"})
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=resource,
            shutdown_on_exit=False,  # that would wait for a collector that is away
            id_generator=_Ids(),
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("solebook")
        self._below = int(sample * (1 << _LAST_BITS))

    def begin(
        self, name: str, trace: Trace, kind: SpanKind, after: Trace | None
    ) -> AbstractContextManager[Span]:
        if not (self._is_in_sample(trace) if after is None else after.is_sampled):
            return unrecorded(trace)
        return self._begun(name, trace, kind, after)

    def span(self, name: str, kind: SpanKind) -> AbstractContextManager[Span]:
        trace = current_trace()
        if trace is None or not trace.is_sampled:
            return _NOTHING
        parent = api.set_span_in_context(api.NonRecordingSpan(_place_of(trace)), Context())
        return _current(self._tracer.start_span(name, parent, kind=_KINDS[kind]))

    def shut_down(self) -> None:
        """Send what is left. It may take as long as the exporter waits."""
        self._provider.shutdown()

    def _is_in_sample(self, trace: Trace) -> bool:
        return int(trace.trace_id, 16) & ((1 << _LAST_BITS) - 1) < self._below

    @contextmanager
    def _begun(
        self, name: str, trace: Trace, kind: SpanKind, after: Trace | None
    ) -> Iterator[Span]:
        links = [] if after is None else [api.Link(_place_of(after))]
        with at(trace):  # whose id the span gets
            span = self._tracer.start_span(name, Context(), kind=_KINDS[kind], links=links)
        with _current(span) as seen:
            yield seen


class _Ids(RandomIdGenerator):
    """Gives new traces the ids that they have already."""

    def generate_trace_id(self) -> int:
        trace = current_trace()
        return super().generate_trace_id() if trace is None else int(trace.trace_id, 16)


class _Span(Span):
    def __init__(self, span: api.Span) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def tell(self, **facts: Fact) -> None:
        for name, fact in facts.items():
            self._span.set_attribute(_NAMES.get(name, f"solebook.{name}"), fact)

    def fail(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(api.StatusCode.ERROR)

    def link(self, other: Trace) -> None:
        self._span.add_link(_place_of(other))


@contextmanager
def _current(span: api.Span) -> Iterator[Span]:
    """Be in a span until the block is left, and end it."""
    context, seen = span.get_span_context(), _Span(span)
    here = Trace(f"{context.trace_id:032x}", f"{context.span_id:016x}", is_sampled=True)
    try:
        with at(here):
            yield seen
    except BaseException as error:
        seen.fail(type(error).__name__)
        raise
    finally:
        span.end()


def _place_of(trace: Trace) -> api.SpanContext:
    number, span = int(trace.trace_id, 16), int(trace.span_id, 16)
    return api.SpanContext(number, span, is_remote=True, trace_flags=_SAMPLED)
