"""The ports to access tokens and to their revocation."""

from datetime import datetime
from typing import Protocol

from .language.ids import SessionId
from .language.users import AccessClaims


class AccessTokens(Protocol):
    """Signs and checks the short-lived tokens that requests carry."""

    def issue(self, claims: AccessClaims) -> str:
        """Return a signed token."""
        ...

    def verify(self, token: str) -> AccessClaims:
        """Return what the token says. Raises InvalidToken if forged, malformed or expired."""
        ...


class RevokedSessions(Protocol):
    """The sessions whose access tokens are void before they expire.

    Added to outside any transaction, so that nobody's failure undoes it.
    """

    async def add(self, session_id: SessionId, until: datetime) -> None:
        """Refuse the session's access tokens at least until `until`, when all have expired."""
        ...

    async def contains(self, session_id: SessionId) -> bool:
        """Return whether the session's access tokens are refused. Raises Unavailable."""
        ...
