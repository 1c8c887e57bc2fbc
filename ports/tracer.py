"""The port to a recorder of traces: what was done, for how long, and what caused it."""

from contextlib import AbstractContextManager
from typing import Protocol

from .language.spans import Fact, SpanKind
from .language.traces import Trace


class Span(Protocol):
    """Something that is done, while it is done."""

    def rename(self, name: str) -> None:
        """Change the name, which is known only now."""
        ...

    def tell(self, **facts: Fact) -> None:
        """Add facts."""
        ...

    def fail(self, kind: str) -> None:
        """Mark it as failed, with the kind of the error."""
        ...

    def link(self, other: Trace) -> None:
        """Add that another trace led here, however long ago."""
        ...


class Tracer(Protocol):
    """Records spans.

    Both methods return a context whose block is the span, and which is in the trace meanwhile. An
    exception that leaves the block is told by its kind alone: its text may hold anything.
    """

    def begin(
        self, name: str, trace: Trace, kind: SpanKind, after: Trace | None
    ) -> AbstractContextManager[Span]:
        """Begin a new trace with a span. It is sampled as the one that it came `after`, if any."""
        ...

    def span(self, name: str, kind: SpanKind) -> AbstractContextManager[Span]:
        """Continue the current trace with a span, if it is in one that is sampled."""
        ...
