"""The OpenAPI document of the API."""

import asyncio
from typing import Any

from litestar import Litestar, Response, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Tag

from .... import __version__
from ..edge.bearer import PUBLIC
from ..edge.problems import nothing_here
from .reference import POLICY, JsonDocument, ReferencePage

_AFTER_START = 3.0
"""Seconds."""

_DESCRIPTION = """\
The API of a sneaker exchange: bids, asks, and the orders that follow from a match. Amounts
are whole numbers of the minor unit of the one currency, such as cents; `/v1/rules` names it and its
number of decimals. Times are UTC in RFC 3339, ids are UUIDs. Errors are problems (RFC 9457).
Lists are paged. A POST with an `Idempotency-Key` has its effect once, even if it is repeated; a
repeated response has the header `Idempotent-Replayed: true`. The WebSocket `/v1/stream` sends
changes live. OpenAPI cannot describe it; see the page "Follow a book" of the documentation."""

_TAGS = {
    "users": "Registration, your profile, and user administration.",
    "sessions": "Sign in, renew a session, sign out.",
    "api keys": "Keys for programs of yours.",
    "products": "The catalogue and its stock.",
    "market": "Best prices, order books and the tape of sales. Public.",
    "search": "Search for products with filters and facets. Public.",
    "bids": "Buyers' offers.",
    "asks": "Sellers' offers.",
    "price alerts": "Notifications about falling prices.",
    "orders": "The trades that follow from matches, from payment to delivery.",
    "authentication": "The authentication of shoes in the warehouse.",
    "payouts": "Payments to sellers.",
    "notifications": "Your notifications, and your preferences.",
    "admin": "Actions of admins. Every change requires a reason.",
    "webhooks": "Events sent to endpoints of yours. Reports of the payment provider, and of "
    "what carries messages.",
    "health": "Health checks for monitoring.",
}


async def _as_we_answer(response: Response[Any]) -> Response[Any]:
    """Let the page be styled, and return an unknown path as a problem.

    The framework would send a page, and heeds no headers of this router.
    """
    if response.status_code == 404:
        return nothing_here()
    response.headers["Content-Security-Policy"] = POLICY
    return response


async def describe_in_time(app: Litestar) -> None:
    """Make the document before somebody asks for it.

    That takes a fifth of a second, in which nobody else would be answered. So another thread does
    it, a little after the start, when the process has nothing more important to do.
    """
    await asyncio.sleep(_AFTER_START)
    await asyncio.to_thread(lambda: app.openapi_schema)


def openapi_config() -> OpenAPIConfig:
    """Return the configuration of the document, served at /schema and /schema/openapi.json."""
    return OpenAPIConfig(
        title="solebook",
        version=__version__,
        summary="A sneaker exchange where every pair is authenticated.",
        description=_DESCRIPTION,
        license=License(name="MIT", identifier="MIT"),
        tags=[Tag(name=name, description=description) for name, description in _TAGS.items()],
        use_handler_docstrings=True,
        components=Components(
            # `describe_keys` adds that of API keys.
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
            }
        ),
        security=[{"bearer": []}],
        render_plugins=[ReferencePage(), JsonDocument()],
        openapi_router=Router(
            "/schema",
            route_handlers=[],
            include_in_schema=False,
            opt=PUBLIC,
            after_request=_as_we_answer,
        ),
    )
