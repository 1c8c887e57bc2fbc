"""What every request passes before its route."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from .bearer import Authenticate, bearer_token
from .headers import header
from .hosts import AllowedHosts
from .rate_limiting import RequestLimits


class Gate:
    """Lets a request pass that is for this server, not one too many, and of somebody known.

    It is one middleware, because each takes as long as all that is checked here.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: AllowedHosts,
        limits: RequestLimits,
        authenticate: Authenticate,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._limits = limits
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer, with the actor as `user` and the session as `auth`.

        The limit of the address comes first, so that bad tokens are counted too. Raises
        ClientException, RateLimited, InvalidToken, Unavailable.
        """
        self._hosts.check(scope)
        if scope["type"] == ScopeType.HTTP:
            is_limited = not scope["route_handler"].opt.get("exclude_from_rate_limits")
            if is_limited:
                await self._limits.take_for_address(scope)
            if _needs_token(scope):
                actor, scope["auth"] = await self._authenticate(bearer_token(scope))
                scope["user"] = actor
                if is_limited:
                    await self._limits.take_for_user(actor)
        await self._app(scope, receive, send)


def _needs_token(scope: Scope) -> bool:
    """Whether an HTTP request must have a good token; also where one is optional and given."""
    opt = scope["route_handler"].opt
    if opt.get("exclude_from_auth"):
        return False
    if scope["method"] == "OPTIONS":  # type: ignore[typeddict-item]  # it is HTTP
        return False
    return "auth_is_optional" not in opt or header(scope, b"authorization") is not None
