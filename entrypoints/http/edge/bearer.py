"""Who asks: the access token of a request."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from ....ports.language.errors import InvalidToken
from ....ports.language.ids import SessionId
from ....ports.language.users import Actor

Authenticate = Callable[[str], Awaitable[tuple[Actor, SessionId]]]

PUBLIC = {"exclude_from_auth": True}
"""The `opt` of a route that asks for no token."""

WELCOME = {"auth_is_optional": True}
"""The `opt` of a route that answers anybody, and those who are signed in in their own way."""


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the token in the Authorization header. Raises InvalidToken where there is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken(problem="missing")
    return token.strip()


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Lets a request pass with a good access token alone, unless its route is public.

    Where a token is optional, one that is given must be good.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        super().__init__(app, scopes={ScopeType.HTTP})
        self._authenticate = authenticate

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Return the actor as `user`, the session as `auth`. Raises InvalidToken, Unavailable."""
        handler = connection.scope["route_handler"]
        if "auth_is_optional" in handler.opt and "authorization" not in connection.headers:
            return AuthenticationResult(user=None, auth=None)
        actor, session_id = await self._authenticate(bearer_token(connection))
        return AuthenticationResult(user=actor, auth=session_id)
