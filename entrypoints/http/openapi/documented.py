"""Helpers with which routes document their responses."""

from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body

from ....ports.language import errors
from ....ports.language.errors import Refusal
from ..edge.problems import PROBLEM_JSON, STATUS, Problem, problem_title

PUBLIC_SECURITY: list[dict[str, list[str]]] = [{}]
"""The `security` of a route that needs no token."""

Responses = dict[int, ResponseSpec]


class SharedSpec(ResponseSpec):
    """A documented response that is never copied.

    The framework deep-copies every handler more than once, and copying these would take most of the
    time.
    """

    def __deepcopy__(self, _: dict[int, Any]) -> "SharedSpec":
        return self


_OURS = __name__.removesuffix("openapi.documented")
"""The package of the API's schemas."""
_EVERYWHERE = (errors.RateLimited, errors.Unavailable)


def problems(*refusals: type[Refusal], public: bool = False, body: bool = False) -> Responses:
    """Return the documentation of every problem that a route can return.

    This includes `refusals` and what every route can return. It adds 401 and 403 unless the
    route is `public`, and the errors of a `body`.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    reasons[400].append("Malformed request")
    if body:
        reasons[413].append(HTTPStatus(413).phrase)
        reasons[415].append(HTTPStatus(415).phrase)
    expected = [*refusals, *_EVERYWHERE]
    if not public:
        expected += [errors.InvalidToken, errors.Forbidden]
    for refusal in dict.fromkeys(expected):
        reasons[STATUS[refusal]].append(problem_title(refusal))
    return {
        status: SharedSpec(
            data_container=Problem,
            description="; ".join(titles),
            media_type=PROBLEM_JSON,
            generate_examples=False,
        )
        for status, titles in sorted(reasons.items())
    }


def example(value: object) -> Any:
    """Return the annotation of a request body with an example."""
    return Body(examples=[Example(summary="An example", value=value)])


def success(status: int, container: Any, body: object) -> Responses:
    """Return the documentation of a success with an example `body`."""
    return {
        status: SharedSpec(
            data_container=container,
            description=HTTPStatus(status).phrase,
            generate_examples=False,
            examples=[Example(summary="An example", value=body)],
        )
    }


def describe_shapes(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document with schemas described by their classes' docstrings.

    The framework describes only routes by their docstrings.
    """
    shapes: dict[str, dict[str, Any]] = document["components"]["schemas"]
    for kind in _subclasses(msgspec.Struct):
        if kind.__name__ in shapes and kind.__module__.startswith(_OURS) and kind.__doc__:
            shapes[kind.__name__]["description"] = cleandoc(kind.__doc__)
    return document


def _subclasses(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
