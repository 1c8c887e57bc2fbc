"""Who asks: the access token of a request."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from ...ports.language.errors import InvalidToken
from ...ports.language.ids import SessionId
from ...ports.language.users import Actor

Authenticate = Callable[[str], Awaitable[tuple[Actor, SessionId]]]

PUBLIC = {"exclude_from_auth": True}
"""The `opt` of a route that asks for no token."""


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Lets a request pass with a good access token alone, unless its route is public."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        super().__init__(app, scopes={ScopeType.HTTP})
        self._authenticate = authenticate

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Return the actor as `user`, the session as `auth`. Raises InvalidToken, Unavailable."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken(problem="missing")
        actor, session_id = await self._authenticate(token.strip())
        return AuthenticationResult(user=actor, auth=session_id)
