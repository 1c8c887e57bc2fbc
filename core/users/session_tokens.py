"""The tokens of a session.

A program has a short-lived access token, and a refresh token that renews both. A browser has one
token in a cookie, which stays the same, so that two of its tabs never end their session.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from ...ports.access_tokens import AccessTokens
from ...ports.language.ids import SessionId
from ...ports.language.users import AccessClaims, RefreshToken, User
from .token_lifetimes import TokenLifetimes

BROWSER = "web_"
"""How the token of a browser begins. It renews nothing, and a refresh token opens no page."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The tokens of a signed-in user. `expires_in` is the access token's lifetime in seconds.

    In a browser, `refresh_token` is the token of the cookie.
    """

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


def signed_in(
    user: User,
    session_id: SessionId,
    secret: str,
    now: datetime,
    lifetimes: TokenLifetimes,
    access_tokens: AccessTokens,
) -> SignedIn:
    """Return the tokens of a session: a new access token, and `secret` as the refresh token."""
    claims = AccessClaims(
        user_id=user.id,
        session_id=session_id,
        roles=user.roles,
        expires_at=now + lifetimes.access,
    )
    return SignedIn(
        user=user,
        access_token=access_tokens.issue(claims),
        refresh_token=secret,
        expires_in=int(lifetimes.access.total_seconds()),
    )


def new_refresh_token(
    secret: str, session_id: SessionId, now: datetime, lifetimes: TokenLifetimes
) -> RefreshToken:
    """Return the record of a refresh token issued at `now`: its hash, and not `secret` itself."""
    return RefreshToken(
        token_hash=token_hash(secret),
        session_id=session_id,
        expires_at=now + lifetimes.refresh,
    )


def token_hash(secret: str) -> str:
    """Return the SHA-256 of a refresh token, in hex. The token is stored only as this hash.

    A fast hash is enough, because 256 random bits cannot be found by brute force.
    """
    # A client may send a lone surrogate. It must count as an unknown token and not fail to encode.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
