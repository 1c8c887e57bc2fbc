"""The ports to access tokens and their revocation."""

from datetime import datetime
from typing import Protocol

from .language.ids import SessionId
from .language.users import AccessClaims


class AccessTokens(Protocol):
    """Signs and verifies the short-lived tokens of requests."""

    def issue(self, claims: AccessClaims) -> str:
        """Return a signed token."""
        ...

    def verify(self, token: str) -> AccessClaims:
        """Return the token's claims. Raises InvalidToken if forged, malformed or expired."""
        ...


class RevokedSessions(Protocol):
    """Sessions whose access tokens are invalid before they expire.

    Sessions are added outside any transaction, so that no rollback removes them.
    """

    async def add(self, session_id: SessionId, until: datetime) -> None:
        """Revoke the session's access tokens, at least until `until`, when all have expired."""
        ...

    async def contains(self, session_id: SessionId) -> bool:
        """Return whether the session's access tokens are revoked. Raises Unavailable."""
        ...
