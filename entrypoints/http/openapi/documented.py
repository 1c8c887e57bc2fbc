"""How routes tell the OpenAPI document what they answer."""

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
"""The `security` of a route that asks for no token."""

Responses = dict[int, ResponseSpec]


class SharedSpec(ResponseSpec):
    """A documented answer that is never changed. The framework copies every handler deeply, more
    than once, and these specifications would be most of the work.
    """

    def __deepcopy__(self, _: dict[int, Any]) -> "SharedSpec":
        return self


_OURS = __name__.removesuffix("openapi.documented")
"""Where the shapes of the API are."""
_EVERYWHERE = (errors.RateLimited, errors.Unavailable)


def problems(
    *refusals: type[Refusal], public: bool = False, body: bool = False, roles: bool = False
) -> Responses:
    """Return the documentation of every problem that a route answers with.

    They are its own `refusals`, what any route may answer, and: unless it is `public`, 401; with
    `roles`, 403; with a `body`, what a body can have wrong.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    reasons[400].append("Malformed request")
    if body:
        reasons[413].append(HTTPStatus(413).phrase)
        reasons[415].append(HTTPStatus(415).phrase)
    expected = [*refusals, *_EVERYWHERE]
    if not public:
        expected.append(errors.InvalidToken)
    if roles:
        expected.append(errors.Forbidden)
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
    """Return the mark of a request's body, with an example of it."""
    return Body(examples=[Example(summary="An example", value=value)])


def success(status: int, container: Any, body: object) -> Responses:
    """Return the documentation of a success, with an example, `body`."""
    return {
        status: SharedSpec(
            data_container=container,
            description=HTTPStatus(status).phrase,
            generate_examples=False,
            examples=[Example(summary="An example", value=body)],
        )
    }


def describe_shapes(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document whose shapes are described by their classes' docstrings.

    The framework describes routes by their docstrings, but not what goes in and out of them.
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
