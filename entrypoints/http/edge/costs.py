"""What each route costs, in tokens of the rate limits.

A token pays for about a millisecond of the process, which is what a cheap request takes. What
others wait for counts too: a large answer, a read of many rows, a password that is hashed.
"""

from collections.abc import Mapping

from litestar.enums import ScopeType
from litestar.types import Scope

ENTRANCE = 1
"""What every request costs at least, also if there is no such path."""
COSTLY = 5
"""From this cost on, only some requests run at the same time."""
LONG = "is_long"
"""The `opt` of a route that reads while it sends: only few run at once, and one of each user."""

KEPT = frozenset({"/schema", "/schema/openapi.json", "/v1/rules"})
"""Paths whose answers are kept, so that most requests never reach the route."""
HEALTH = "/health/"
"""Where the paths begin that monitoring asks for, which have buckets of their own."""

STREAM = 5
"""What the handshake of the live stream costs."""
SUBSCRIPTION = 5
"""What it costs to subscribe to a book, which is answered with a snapshot of it."""

_FREE_BODY = 32_768
"""Bytes of a body that each cost a token, of which the first ones are the route's."""
_UNKNOWN_BODY = 32
"""What a body in chunks costs, whose length is not known before it is read: as much as 1 MiB."""

UPLOADS = frozenset(
    {"POST /v1/authentication/tasks/{task_id}/photos", "POST /warehouse/{order_id}/review"}
)
"""Routes whose large bodies are photos. Only staff may send them, and another thread reads them, so
they cost what the route does, whatever their size."""

_BY_COST: Mapping[int, tuple[str, ...]] = {
    1: (
        "PATCH /v1/users/me",
        "GET /v1/users/me",
        "PUT /v1/users/me/payment-method",
        "PUT /v1/users/{user_id}/roles",
        "PUT /v1/users/{user_id}/suspension",
        "GET /v1/users/me/balance",
        "POST /v1/email-proofs",
        "POST /v1/users/me/email-proof",
        "POST /v1/users/me/api-keys",
        "GET /v1/users/me/api-keys",
        "DELETE /v1/users/me/api-keys/{key_id}",
        "PUT /v1/users/me/email",
        "POST /v1/users/me/phone-proof",
        "POST /v1/users/me/phone-proof/completion",
        "GET /v1/users/me/addresses",
        "POST /v1/users/me/addresses",
        "DELETE /v1/users/me/addresses/{address_id}",
        "POST /v1/users/me/payment-methods/setup",
        "GET /v1/users/me/payment-methods",
        "DELETE /v1/users/me/payment-methods/{payment_method_id}",
        "GET /v1/users/me/payment-methods/setup/{setup_id}",
        "POST /v1/embedded-provider/card-setups/{setup_id}/authenticate",
        "POST /v1/embedded-provider/card-setups/{setup_id}/confirm",
        "POST /v1/sessions/refresh",
        "DELETE /v1/sessions/current",
        "GET /v1/users/me/sessions",
        "DELETE /v1/users/me/sessions",
        "DELETE /v1/users/me/sessions/{session_id}",
        "POST /v1/products",
        "GET /v1/products/{product_id}",
        "PATCH /v1/products/{product_id}",
        "GET /v1/products/{product_id}/stock",
        "GET /v1/products/{product_id}/book",
        "GET /v1/products/{product_id}/market",
        "GET /v1/rules",
        "GET /v1/bids/{bid_id}",
        "PATCH /v1/bids/{bid_id}",
        "DELETE /v1/bids/{bid_id}",
        "GET /v1/bids",
        "POST /v1/bids",
        "GET /v1/asks/{ask_id}",
        "PATCH /v1/asks/{ask_id}",
        "DELETE /v1/asks/{ask_id}",
        "GET /v1/asks",
        "POST /v1/asks",
        "POST /v1/orders/{order_id}/cancellation",
        "POST /v1/orders/{order_id}/complaint",
        "POST /v1/orders/{order_id}/delivery",
        "POST /v1/orders/{order_id}/dispatch",
        "POST /v1/orders/{order_id}/shipment-extension",
        "GET /v1/orders",
        "POST /v1/orders/{order_id}/receipt",
        "POST /v1/orders/{order_id}/shipment",
        "GET /v1/orders/{order_id}/history",
        "GET /v1/orders/{order_id}",
        "GET /v1/orders/{order_id}/payment-receipt",
        "POST /v1/authentication/tasks/{task_id}/claim",
        "POST /v1/authentication/tasks/{task_id}/verdict",
        "GET /v1/authentication/tasks",
        "GET /v1/authentication/tasks/{task_id}",
        "GET /v1/authentication/tasks/{task_id}/photos",
        "GET /v1/authentication/tasks/{task_id}/photos/{photo_id}",
        "DELETE /v1/authentication/tasks/{task_id}/photos/{photo_id}",
        "POST /v1/users/me/payout-account/onboarding",
        "PUT /v1/users/me/payout-account",
        "GET /v1/users/me/payout-account",
        "POST /v1/users/me/payout-account/dashboard",
        "GET /v1/payouts",
        "GET /v1/price-alerts",
        "POST /v1/price-alerts",
        "DELETE /v1/price-alerts/{alert_id}",
        "GET /v1/notifications",
        "PATCH /v1/notifications/{notification_id}",
        "GET /v1/users/me/notification-preferences",
        "PUT /v1/users/me/notification-preferences",
        "POST /v1/users/me/push-subscriptions",
        "GET /v1/users/me/push-subscriptions",
        "DELETE /v1/users/me/push-subscriptions/{subscription_id}",
        "GET /v1/admin/users/{user_id}",
        "GET /v1/admin/users",
        "POST /v1/admin/users/{user_id}/declines/forgiveness",
        "GET /v1/admin/users/{user_id}/quotes",
        "POST /v1/admin/quotes/{quote_id}/withdrawal",
        "POST /v1/admin/halts/{halt_id}/end",
        "POST /v1/admin/halts",
        "GET /v1/admin/halts",
        "GET /v1/admin/dead-letters",
        "POST /v1/admin/dead-letters/{letter_id}/replay",
        "GET /v1/admin/audit",
        "GET /v1/admin/alarms",
        "POST /v1/admin/alarms/{alarm_id}/resolution",
        "POST /v1/admin/orders/{order_id}/complaint-decision",
        "POST /v1/admin/orders/{order_id}/payout-freeze",
        "POST /v1/admin/orders/{order_id}/carrier-receipt",
        "POST /v1/admin/orders/{order_id}/payout",
        "POST /v1/admin/orders/{order_id}/refund",
        "POST /v1/admin/orders/{order_id}/payout-release",
        "POST /v1/admin/users/{user_id}/debt-write-off",
        "POST /v1/admin/orders/{order_id}/shortfall",
        "POST /v1/admin/suspense-write-off",
        "GET /v1/admin/frozen-orders",
        "GET /v1/admin/suspense",
        "POST /v1/admin/disputes/{dispute_id}/acceptance",
        "GET /v1/admin/disputes",
        "POST /v1/admin/disputes/{dispute_id}/evidence",
        "GET /v1/admin/disputes/{dispute_id}",
        "POST /v1/webhooks/sendgrid",
        "POST /v1/webhooks/stripe",
        "POST /v1/webhooks/twilio",
        "GET /v1/webhooks/{endpoint_id}",
        "PUT /v1/webhooks/{endpoint_id}",
        "DELETE /v1/webhooks/{endpoint_id}",
        "POST /v1/webhooks",
        "GET /v1/webhooks",
        "POST /v1/webhooks/{endpoint_id}/secret",
        "POST /v1/webhooks/{endpoint_id}/test",
        "GET /v1/webhooks/{endpoint_id}/log",
        "POST /v1/webhooks/{endpoint_id}/log/{webhook_id}/replay",
        "POST /v1/webhooks/{endpoint_id}/replay",
        "GET /v1/webhooks/{endpoint_id}/log/{webhook_id}",
        "POST /v1/admin/webhooks",
        "GET /v1/admin/webhooks",
        "POST /v1/admin/webhooks/{endpoint_id}/disablement",
        "GET /health/live",
        "GET /account",
        "POST /account/profile",
        "POST /account/email-proof",
        "GET /account/cards",
        "POST /account/cards",
        "POST /account/cards/{payment_method_id}/{act}",
        "GET /embedded-provider/cards/{setup_id}",
        "POST /embedded-provider/cards/{setup_id}",
        "POST /embedded-provider/cards/{setup_id}/authentication",
        "GET /account/payout-account",
        "POST /account/payout-account/onboarding",
        "POST /account/payout-account/dashboard",
        "GET /embedded-provider/accounts/{account}",
        "POST /embedded-provider/accounts/{account}",
        "GET /account/security",
        "POST /account/security/sessions/{session_id}/end",
        "POST /account/security/other-sessions/end",
        "GET /account/api-keys",
        "POST /account/api-keys",
        "POST /account/api-keys/{key_id}/revocation",
        "GET /account/notifications",
        "POST /account/notifications",
        "POST /account/notifications/phone",
        "POST /account/notifications/phone-code",
        "POST /account/notifications/phone-proof",
        "GET /account/data",
        "GET /account/closed",
        "GET /account/addresses",
        "POST /account/addresses",
        "POST /account/addresses/{address_id}/removal",
        "GET /account/email",
        "GET /account/letters",
        "POST /account/letters",
        "GET /account/password",
        "GET /account/unsubscribe",
        "POST /account/unsubscribe",
        "GET /schema/{path}",
        "GET /schema/console",
        "GET /static/{version}/{name}",
        "GET /sign-in",
        "GET /register",
        "GET /forgotten-password",
        "POST /forgotten-password",
        "POST /sign-out",
        "GET /quotes/{side}",
        "GET /quotes/{side}/{quote_id}",
        "POST /quotes/{side}/{quote_id}/cancellation",
        "POST /quotes/{side}/{quote_id}/change",
        "GET /products/{product_id}/trade",
        "GET /orders",
        "GET /orders/{order_id}",
        "POST /orders/{order_id}/{act}",
        "GET /orders/{order_id}/packing-slip",
        "GET /inbox",
        "POST /inbox/{notification_id}/{mark}",
        "GET /alerts",
        "POST /products/{product_id}/alerts",
        "POST /alerts/{alert_id}/removal",
        "GET /payouts",
        "GET /warehouse",
        "POST /warehouse",
        "GET /warehouse/{order_id}",
        "POST /warehouse/{order_id}/{act}",
        "GET /warehouse/{order_id}/photos/{photo_id}",
        "POST /products/{product_id}/trade",
        # Pages of admins.
        "POST /admin/orders/{order_id}/{act}",
        "GET /admin/audit",
        "GET /admin/disputes",
        "GET /admin/disputes/{dispute_id}",
        "POST /admin/disputes/{dispute_id}/evidence",
        "POST /admin/disputes/{dispute_id}/acceptance",
        "GET /admin/suspense",
        "POST /admin/suspense/write-off",
        "GET /admin/products/import",
        "GET /admin/products/new",
        "POST /admin/products/new",
        "GET /admin/products/{product_id}",
        "POST /admin/products/{product_id}/details",
        "POST /admin/products/{product_id}/halt",
        "GET /admin/halts",
        "POST /admin/halts/{halt_id}/end",
        "GET /admin/users",
        "GET /admin/users/{user_id}",
        "POST /admin/users/{user_id}/{act}",
        "GET /admin/users/{user_id}/quotes",
        "POST /admin/users/{user_id}/quotes/{side}/{quote_id}/withdrawal",
        "GET /admin/alarms",
        "POST /admin/alarms/{alarm_id}/resolution",
        "GET /admin/dead-letters",
        "POST /admin/dead-letters/{letter_id}/replay",
        "GET /admin/webhooks",
        "POST /admin/webhooks/{endpoint_id}/disablement",
    ),
    4: ("GET /health/ready",),
    5: (
        # What reads many rows: it runs in turns.
        "GET /v1/products",
        "GET /v1/products/{product_id}/sales",
        "GET /v1/products/{product_id}/candles",
        "GET /v1/products/{product_id}/statistics",
        "GET /v1/search/autocomplete",
        "GET /v1/search/facets",
        "GET /v1/users/me/portfolio",
    ),
    10: (
        "GET /v1/search",
        # These hash a password, which takes a quarter of a second of another core, and have a
        # stricter limit of their own.
        "POST /v1/users",
        "POST /v1/sessions",
        "PUT /v1/users/me/password",
        "DELETE /v1/users/me",
        "POST /v1/password-resets",
        "POST /v1/password-resets/completion",
        "POST /account/email",
        "POST /account/new-email",
        "POST /account/data/closing",
        "POST /account/security/password",
        "POST /account/password",
        "POST /sign-in",
        "POST /register",
        # These may have photos, of which each is read by a thread of its own.
        "POST /v1/authentication/tasks/{task_id}/photos",
        "POST /warehouse/{order_id}/review",
        # Pages that read what several routes read.
        "GET /",
        "GET /products/{product_id}",
        "GET /admin",
        "GET /admin/orders",
        "GET /admin/solvency",
        "POST /admin/dead-letters/replay",
        "POST /admin/products/import",
        "GET /admin/products",
        "GET /admin/orders/{order_id}",
        "GET /portfolio",
    ),
    20: (
        # Each is some hundred kilobytes, or reads all that there is of a user.
        "GET /v1/users/me/export",
        "GET /account/data/export",
        "GET /schema",
        "GET /schema/openapi.json",
        "GET /schema/console/{version}/{name}",
    ),
}

COSTS: Mapping[str, int] = {route: cost for cost, routes in _BY_COST.items() for route in routes}
"""The cost of each method of each path."""


def cost_at_entrance(scope: Scope) -> int:
    """Return what a request or a handshake costs before its route is looked for."""
    if scope["type"] == ScopeType.WEBSOCKET:
        return STREAM
    return COSTS[f"GET {scope['path']}"] if scope["path"] in KEPT else ENTRANCE


def cost_of(scope: Scope) -> int:
    """Return what the route of a request and its body cost. OPTIONS is answered without it."""
    method = scope["method"]  # type: ignore[typeddict-item]  # it is HTTP
    if method == "OPTIONS":
        return ENTRANCE
    # Who embeds the application may have added routes.
    route = f"{method} {scope['path_template']}"
    cost = COSTS.get(route, ENTRANCE)
    return cost if method == "GET" or route in UPLOADS else cost + _cost_of_body(scope)


def _cost_of_body(scope: Scope) -> int:
    """Return what it costs beyond the route that a body is large. Most are free."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) // _FREE_BODY
        if name == b"transfer-encoding":
            return _UNKNOWN_BODY
    return 0
