"""What API keys may call, for the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

from litestar.routes import BaseRoute, HTTPRoute

from ..edge.key_scopes import key_scope

_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "sole_...",
    "description": "An API key of a user. Its scope is named where it may be used.",
}


def describe_keys(document: dict[str, Any], routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """Return an OpenAPI document with the scope that an API key needs for each operation.

    A route that takes no API key has none.
    """
    document["components"]["securitySchemes"]["api_key"] = _SCHEME
    for route in routes:
        if not isinstance(route, HTTPRoute) or route.path_format not in document["paths"]:
            continue
        for handler in route.route_handlers:
            for method in handler.http_methods:
                operation = document["paths"][route.path_format].get(method.lower())
                scope = key_scope(handler.opt, method)
                if operation is not None and scope is not None and "security" not in operation:
                    operation["security"] = [{"bearer": []}, {"api_key": [scope]}]
    return document
