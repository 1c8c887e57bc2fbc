"""The tokens of a session: a short-lived one for requests, and one to renew them both."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from ...ports.access_tokens import AccessTokens
from ...ports.language.ids import SessionId
from ...ports.language.users import AccessClaims, RefreshToken, User
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a user gets for signing in. `expires_in` is the access token's life in seconds."""

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
    """Return what `user` gets at `now` in a session whose refresh token is `secret`."""
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
    """Return the record of the refresh token `secret`, given out at `now`; it does not tell it."""
    return RefreshToken(
        token_hash=token_hash(secret),
        session_id=session_id,
        expires_at=now + lifetimes.refresh,
    )


def token_hash(secret: str) -> str:
    """Return the SHA-256, in hex, by which a refresh token is known.

    A plain hash is enough: the secret is 256 random bits, which nobody can try out.
    """
    # A client may send anything, even halves of surrogate pairs: those are just an unknown token.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
