"""The checks that every request passes before its route."""

from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from ..behind import Behind
from .bearer import bearer_token
from .headers import header


class Gate:
    """Checks the host, the rate limits and the access token of a request.

    It is one middleware, because each middleware costs as much time as all of these checks.
    """

    def __init__(self, app: ASGIApp, *, behind: Callable[[], Behind]) -> None:
        self._app = app
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the route, with the actor as `user` and the session as `auth`.

        The limit of the address comes first, so that invalid tokens are counted too. Raises
        ClientException, RateLimited, InvalidToken, Unavailable.
        """
        behind = self._behind()
        behind.hosts.check(scope)
        if scope["type"] == ScopeType.HTTP:
            is_limited = not scope["route_handler"].opt.get("exclude_from_rate_limits")
            if is_limited:
                await behind.limits.take_for_address(scope)
            if _needs_token(scope):
                authenticate = behind.application.users.authenticate_request
                actor, scope["auth"] = await authenticate(bearer_token(scope))
                scope["user"] = actor
                if is_limited:
                    await behind.limits.take_for_user(actor)
        await self._app(scope, receive, send)


def _needs_token(scope: Scope) -> bool:
    """Whether a request must have a valid token. An optional token must be valid if it is given."""
    opt = scope["route_handler"].opt
    if opt.get("exclude_from_auth"):
        return False
    if scope["method"] == "OPTIONS":  # type: ignore[typeddict-item]  # it is HTTP
        return False
    return "auth_is_optional" not in opt or header(scope, b"authorization") is not None
