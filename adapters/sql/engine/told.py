"""Statements that are counted, timed, and spans of the traces that are recorded."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from time import perf_counter
from types import TracebackType

from ....ports.language.errors import Unavailable
from ....ports.language.spans import SpanKind
from ....ports.language.tracing import is_recorded, span
from ....ports.tracer import Span
from ...decorators.server_calls import ServerCalls
from .driver import Connection
from .statement import Statement


def purpose_of(statements: Iterable[Statement]) -> str:
    """Return the name of a span: what the statements read or write, and no value."""
    every = [*statements]
    what = "write" if any(statement.writes for statement in every) else "read"
    tables = sorted({table for each in every for table in _of_span(each)})
    return f"store {what} {', '.join(tables)}"


def _of_span(statement: Statement) -> Iterable[str]:
    return {statement.table} if statement.writes else statement.tables


class Told:
    """The block of one call of the database."""

    __slots__ = ("_began", "_calls", "_name", "_span", "_statements")

    def __init__(
        self, calls: ServerCalls, statements: Iterable[Statement] = (), name: str = ""
    ) -> None:
        """Count a call that runs statements, or another one by its name."""
        self._calls = calls
        self._statements = statements
        self._name = name
        self._span: AbstractContextManager[Span] | None = None

    def __enter__(self) -> None:
        if is_recorded():
            self._span = span(self._name or purpose_of(self._statements), SpanKind.CLIENT)
            self._span.__enter__()
        self._began = perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, Exception):  # who cancels learns nothing of it
            is_away = isinstance(error, Unavailable)
            self._calls.note(perf_counter() - self._began, answered=not is_away)
        if self._span is not None:
            self._span.__exit__(kind, error, trace)


class ToldUse(AbstractAsyncContextManager[Connection]):
    """The use of a connection for one call. A generator-based context would take longer."""

    __slots__ = ("_told", "_use")

    def __init__(self, told: Told, use: AbstractAsyncContextManager[Connection]) -> None:
        self._told = told
        self._use = use

    async def __aenter__(self) -> Connection:
        self._told.__enter__()
        try:
            return await self._use.__aenter__()
        except BaseException as error:
            self._told.__exit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._use.__aexit__(kind, error, trace)
        finally:
            self._told.__exit__(kind, error, trace)
