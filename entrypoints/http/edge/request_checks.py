"""Checks of every request before its parameters are parsed."""

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from litestar import Request
from litestar.exceptions import ClientException, NotFoundException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from ....ports.language.ids import parse_id
from .headers import header
from .json_response import JsonResponse

_INTEGER = re.compile(r"^-?(0|[1-9][0-9]*)\Z")
_LONGEST_QUERY = 8_192
"""Bytes. The longest texts of a search take half of it."""
_SHORTEST_ID = 32
"""Characters of an id without hyphens."""


async def check_request(request: Request[Any, Any, Any]) -> JsonResponse[None] | None:
    """Refuse ids in unusual spellings, wrong query parameters, and missing or non-JSON bodies.

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


@cache
def _integers(handler: HTTPRouteHandler) -> dict[str, bool]:
    """Return the names of a handler's query parameters, and which of them are integers."""
    return {
        field.kwarg_definition.name or field.name: int in (field.annotation, *field.args)
        for field in handler.parsed_fn_signature.parameters.values()
        if isinstance(field.kwarg_definition, QueryParameter)
    }


def _methods(request: Request[Any, Any, Any]) -> JsonResponse[None]:
    # The framework's own response omits methods of handlers that were registered later.
    path = request.scope["path_template"]
    methods = {
        method
        for route in request.app.routes
        if route.path_format == path
        for method in route.methods
    }
    if "GET" in methods:
        methods.add("HEAD")
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
    if len(request.scope["query_string"]) > _LONGEST_QUERY:
        # To read it would take longer than most answers.
        raise ClientException(f"the query is longer than {_LONGEST_QUERY} bytes")
    try:
        unquote_to_bytes(request.scope["query_string"]).decode()
    except UnicodeDecodeError as error:
        raise ClientException("the query is not in UTF-8") from error
    known = _integers(handler)
    given = list(request.query_params.multi_items())
    counts = Counter(name for name, _ in given)
    if unknown := sorted(set(counts) - set(known)):
        first, *others = unknown
        listed = f"is unknown here; known: {', '.join(sorted(known)) or 'none'}"
        messages = {first: listed} | dict.fromkeys(others, "is unknown here")
        raise _wrong_query("a query parameter is unknown", messages)
    # Readers disagree about which of two values counts.
    if repeated := sorted(name for name, count in counts.items() if count > 1):
        messages = dict.fromkeys(repeated, "is given twice")
        raise _wrong_query("a query parameter is given twice", messages)
    # PostgreSQL has no texts with it.
    if unreadable := [name for name, value in given if "\0" in value]:
        messages = dict.fromkeys(unreadable, "has the character U+0000")
        raise _wrong_query("a query parameter cannot be read", messages)
    # The framework would read 5.0 and 1e3 too, which are no integers in a body either.
    odd = [name for name, value in given if known[name] and not _INTEGER.match(value)]
    if odd:
        messages = dict.fromkeys(odd, "Expected `int`, got `str`")
        raise _wrong_query("a query parameter is no integer", messages)


def _wrong_query(detail: str, messages: Mapping[str, str]) -> ValidationException:
    """Return a refusal with a message for each parameter."""
    return ValidationException(
        detail=detail,
        extra=[
            {"key": name, "message": message, "source": "query"}
            for name, message in messages.items()
        ],
    )


async def _check_body(request: Request[Any, Any, Any]) -> None:
    if not await request.body():
        missing = {"key": "", "message": "the body is missing", "source": "body"}
        raise ValidationException(detail="the body is missing", extra=[missing])
    kind = header(request.scope, b"content-type") or ""
    if kind != "application/json" and request.content_type[0] != "application/json":
        raise ClientException("send the body as application/json", status_code=415)
