"""Authentication by the access token of a request."""

from litestar.types import Scope

from ....ports.language.errors import InvalidToken
from .headers import header

PUBLIC = {"exclude_from_auth": True}
"""The `opt` of a route that needs no token."""

WELCOME = {"auth_is_optional": True}
"""The `opt` of a route where a token is optional. A given token must be valid."""


def bearer_token(scope: Scope) -> str:
    """Return the token in the Authorization header. Raises InvalidToken if there is none."""
    scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken(problem="missing")
    return token.strip()
