"""Access tokens as JSON Web Tokens (RFC 7519), signed with HMAC-SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt

from ...ports.access_tokens import AccessTokens
from ...ports.clock import Clock
from ...ports.language.errors import InvalidToken
from ...ports.language.ids import SessionId, UserId
from ...ports.language.users import AccessClaims, Role

MIN_SECRET = 32
"""The minimum in bytes: a key must not be shorter than the hash (RFC 7518, section 3.2)."""
_ALGORITHM = "HS256"
_MAX_TOKEN = 2_048
"""The maximum in characters. An issued token has about 350."""
_CACHED_TOKENS = 4_096
_OPTIONS: jwt.types.Options = {
    "require": ["sub", "sid", "roles", "exp"],
    "verify_exp": False,  # verify() checks the expiry against the Clock port
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key with its `kid`. Raises ValueError for a secret of fewer than 32 bytes."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a signing key needs an id")
        if len(self.secret) < MIN_SECRET:
            raise ValueError(f"the signing key {self.id!r} has fewer than {MIN_SECRET} bytes")


class JwtAccessTokens(AccessTokens):
    """Signs with the first key and accepts tokens of all keys, so that keys can be rotated.

    To rotate, put the new key first, and remove the old one when the last token that it signed has
    expired. The signature of a token is verified once and cached, because that takes 20
    microseconds, more than the rest of authenticating a request. The expiry is checked every time.

    Raises ValueError for no keys or duplicate ids.
    """

    def __init__(self, clock: Clock, keys: Sequence[SigningKey]) -> None:
        if not keys:
            raise ValueError("access tokens need a signing key")
        self._clock = clock
        self._newest = keys[0]
        self._secrets = {key.id: key.secret for key in keys}
        if len(self._secrets) < len(keys):
            raise ValueError("two signing keys have the same id")
        # Failures raise and are not cached, so that forged tokens cannot evict valid ones.
        self._claims_of = lru_cache(_CACHED_TOKENS)(self._check_signature)

    def issue(self, claims: AccessClaims) -> str:
        payload = {
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "roles": sorted(claims.roles),
            "exp": claims.expires_at.timestamp(),
        }
        headers = {"kid": self._newest.id}
        return jwt.encode(payload, self._newest.secret, algorithm=_ALGORITHM, headers=headers)

    def verify(self, token: str) -> AccessClaims:
        if len(token) > _MAX_TOKEN:
            raise InvalidToken(problem="malformed")
        claims = self._claims_of(token)
        if claims.expires_at <= self._clock.now():
            raise InvalidToken(problem="expired")
        return claims

    def _check_signature(self, token: str) -> AccessClaims:
        try:
            secret = self._secrets.get(jwt.get_unverified_header(token).get("kid", ""))
            if secret is None:
                raise InvalidToken(problem="signed with an unknown key")
            payload = jwt.decode(token, secret, algorithms=[_ALGORITHM], options=_OPTIONS)
            return _claims(payload)
        except jwt.InvalidSignatureError:
            raise InvalidToken(problem="forged") from None
        except (jwt.PyJWTError, ArithmeticError, LookupError, TypeError, ValueError):
            raise InvalidToken(problem="malformed") from None


def _claims(payload: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        user_id=UserId(UUID(str(payload["sub"]))),
        session_id=SessionId(UUID(str(payload["sid"]))),
        roles=frozenset(Role(role) for role in payload["roles"]),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
    )
