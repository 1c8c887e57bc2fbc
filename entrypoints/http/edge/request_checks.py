"""Checks of every request before its parameters are parsed."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.exceptions import ClientException, NotFoundException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from ....ports.language.ids import parse_id
from .headers import header
from .json_response import JsonResponse

_SHORTEST_ID = 32
"""Characters of an id without hyphens."""


async def check_request(request: Request[Any, Any, Any]) -> JsonResponse[None] | None:
    """Refuse ids in unusual spellings, query parameters that are unknown or have a NUL, and
    missing or non-JSON bodies.

    A misspelled filter must not silently return everything. Raises NotFoundException,
    ValidationException, ClientException. An OPTIONS request is answered here.
    """
    if request.method == "OPTIONS":
        return _methods(request)
    if request.path_params:
        _check_ids(request)
    handler = request.route_handler
    if request.scope["query_string"]:
        _check_query(request, handler)
    if takes_body(handler):
        await _check_body(request)
    return None


def takes_body(handler: HTTPRouteHandler) -> bool:
    """Return whether a handler reads a JSON body."""
    return "data" in handler.parsed_fn_signature.parameters


def query_parameters(handler: HTTPRouteHandler) -> Iterator[str]:
    """Yield the names of a handler's query parameters."""
    for field in handler.parsed_fn_signature.parameters.values():
        if isinstance(field.kwarg_definition, QueryParameter):
            yield field.kwarg_definition.name or field.name


def _methods(request: Request[Any, Any, Any]) -> JsonResponse[None]:
    # The framework's own response omits methods of handlers that were registered later.
    path = request.scope["path_template"]
    methods = {
        method
        for route in request.app.routes
        if route.path_format == path
        for method in route.methods
    }
    return JsonResponse(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))})


def _check_ids(request: Request[Any, Any, Any]) -> None:
    # The framework accepts everything that `UUID` does, including digits of other scripts.
    ids = {value for value in request.path_params.values() if isinstance(value, UUID)}
    for segment in request.scope["path"].split("/"):
        if len(segment) < _SHORTEST_ID:
            continue
        with suppress(ValueError):
            ids.discard(parse_id(segment))
    if ids:
        raise NotFoundException


def _check_query(request: Request[Any, Any, Any], handler: HTTPRouteHandler) -> None:
    known = set(query_parameters(handler))
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        message = f"is unknown here; known: {', '.join(sorted(known)) or 'none'}"
        raise ValidationException(
            detail="a query parameter is unknown",
            extra=[{"key": name, "message": message, "source": "query"} for name in unknown],
        )
    # PostgreSQL has no texts with it.
    unreadable = [name for name, value in request.query_params.multi_items() if "\0" in value]
    if unreadable:
        message = "has the character U+0000"
        raise ValidationException(
            detail="a query parameter cannot be read",
            extra=[{"key": name, "message": message, "source": "query"} for name in unreadable],
        )


async def _check_body(request: Request[Any, Any, Any]) -> None:
    if not await request.body():
        missing = {"key": "", "message": "the body is missing", "source": "body"}
        raise ValidationException(detail="the body is missing", extra=[missing])
    kind = header(request.scope, b"content-type") or ""
    if kind != "application/json" and request.content_type[0] != "application/json":
        raise ClientException("send the body as application/json", status_code=415)
