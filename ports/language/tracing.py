"""Spans of whatever runs, for the tracer of the process.

The tracer is the process's, as its log is, and not wired: `recording` sets it at the entrypoint.
Without it nothing is recorded and next to nothing is done.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from ..tracer import Span, Tracer
from .spans import Fact, SpanKind
from .traces import Trace, at, current_trace


class _NoSpan(Span):
    def rename(self, name: str) -> None:
        pass

    def tell(self, **facts: Fact) -> None:
        pass

    def fail(self, kind: str) -> None:
        pass

    def link(self, other: Trace) -> None:
        pass


NO_SPAN = _NoSpan()
"""The span of what is not recorded."""
_NOTHING: AbstractContextManager[Span] = nullcontext(NO_SPAN)


class NoTracer(Tracer):
    """Records nothing. Ids of traces are followed all the same, for the log."""

    def begin(
        self, name: str, trace: Trace, kind: SpanKind, after: Trace | None
    ) -> AbstractContextManager[Span]:
        return unrecorded(trace)

    def span(self, name: str, kind: SpanKind) -> AbstractContextManager[Span]:
        return _NOTHING


def unrecorded(trace: Trace) -> AbstractContextManager[Span]:
    """Be in a trace of which nothing is recorded."""
    return _NOTHING if current_trace() is trace else _unrecorded_at(trace)


@contextmanager
def _unrecorded_at(trace: Trace) -> Iterator[Span]:
    with at(trace):
        yield NO_SPAN


_tracer: Tracer = NoTracer()


@contextmanager
def recording(tracer: Tracer) -> Iterator[None]:
    """Let this process record its traces until the block is left."""
    global _tracer  # it is the process's
    before, _tracer = _tracer, tracer
    try:
        yield
    finally:
        _tracer = before


def begin(
    name: str, trace: Trace, kind: SpanKind = SpanKind.INTERNAL, *, after: Trace | None = None
) -> AbstractContextManager[Span]:
    """Begin a trace; see Tracer."""
    return _tracer.begin(name, trace, kind, after)


def span(name: str, kind: SpanKind = SpanKind.INTERNAL) -> AbstractContextManager[Span]:
    """Continue the current trace; see Tracer."""
    return _tracer.span(name, kind)


def is_recorded() -> bool:
    """Return whether what is done here is recorded."""
    trace = current_trace()
    return trace is not None and trace.is_sampled
