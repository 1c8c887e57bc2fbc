"""The OpenAPI document of the API."""

from typing import Any

from litestar import Response, Router
from litestar.datastructures import ResponseHeader
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Tag

from .... import __version__
from ..edge.bearer import PUBLIC
from ..edge.problems import nothing_here
from .reference import JsonDocument, ReferencePage

_DESCRIPTION = """\
Bids, asks and everything that follows from a trade. Money is a whole number of cents, times are
UTC in RFC 3339, ids are UUIDs. Errors are problems (RFC 9457). Lists come in pages. A POST that
carries an `Idempotency-Key` has its effect once, however often it is sent; an answer that was
given before says `Idempotent-Replayed: true`. The WebSocket `/v1/stream` tells live what changes;
OpenAPI has no words for it, the page "Follow a book" of the documentation does."""

_TAGS = {
    "users": "Who trades: registering, the own profile, what admins set.",
    "sessions": "Signing in, staying signed in, signing out.",
    "products": "The catalogue and its stock.",
    "market": "Best prices, order books and the tape of sales, open to all.",
    "search": "Finding products by words, filters and what is counted of them, open to all.",
    "bids": "What buyers offer.",
    "asks": "What sellers want.",
    "price alerts": "Prices to wait for.",
    "orders": "What a match becomes, from payment to delivery.",
    "authentication": "The authenticators' work on the shoes.",
    "payouts": "What sellers were paid.",
    "notifications": "What the exchange tells people, and what they want to hear of.",
    "admin": "What the people who run the exchange do, each with a reason.",
    "webhooks": "What the payment provider reports.",
    "health": "For whatever watches the process.",
}


async def _only_what_there_is(response: Response[Any]) -> Response[Any]:
    """Tell an unknown path below /schema as a problem, where the framework sends a page."""
    return nothing_here() if response.status_code == 404 else response


def openapi_config() -> OpenAPIConfig:
    """Return how the document is made and where it is served: /schema and /schema/openapi.json."""
    return OpenAPIConfig(
        title="solebook",
        version=__version__,
        summary="A sneaker exchange where every pair is authenticated.",
        description=_DESCRIPTION,
        license=License(name="MIT", identifier="MIT"),
        tags=[Tag(name=name, description=description) for name, description in _TAGS.items()],
        use_handler_docstrings=True,
        components=Components(
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
            after_request=_only_what_there_is,
            response_headers=[
                ResponseHeader(
                    name="Content-Security-Policy",
                    value="default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                )
            ],
        ),
    )
