"""A span around each call of a server of others."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from ...ports.language.spans import SpanKind
from ...ports.language.tracing import span

T = TypeVar("T")


def traced(port: T, name: str) -> T:
    """Return a port whose calls are spans, such as `payment provider charge`.

    The span has the name of the call and no argument, so nothing personal is in it.
    """
    return cast("T", _Traced(port, name))


class _Traced:
    """Passes everything on. It is of the class of the port, for whoever looks."""

    def __init__(self, port: object, name: str) -> None:
        self._port = port
        self._name = name

    @property
    def __class__(self) -> type:
        return type(self._port)

    @__class__.setter
    def __class__(self, kind: type) -> None:
        raise AttributeError(kind)

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._port, attribute)
        if not inspect.iscoroutinefunction(value):
            return value
        called = self._spanned(attribute, value)
        self.__dict__[attribute] = called  # so that the next look finds it at once
        return called

    def _spanned(self, attribute: str, value: Callable[..., Any]) -> Callable[..., Any]:
        name = f"{self._name} {attribute}"

        async def call(*arguments: Any, **named: Any) -> Any:
            with span(name, SpanKind.CLIENT):
                return await value(*arguments, **named)

        return call
