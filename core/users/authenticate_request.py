"""Authenticate a request by its access token."""

from dataclasses import dataclass

from ...ports.access_tokens import AccessTokens, RevokedSessions
from ...ports.language.errors import InvalidToken
from ...ports.language.ids import SessionId
from ...ports.language.users import Actor


@dataclass(frozen=True, slots=True)
class AuthenticateRequest:
    """Takes a request's user, roles and session from its access token.

    It does not read the store, except to check whether the session was revoked.
    """

    access_tokens: AccessTokens
    revoked_sessions: RevokedSessions

    async def __call__(self, token: str) -> tuple[Actor, SessionId]:
        """Return the user and the session.

        Raises InvalidToken if the token is forged, malformed, expired or revoked, and Unavailable
        if the list of revoked sessions cannot be read.
        """
        claims = self.access_tokens.verify(token)
        if await self.revoked_sessions.contains(claims.session_id):
            raise InvalidToken(problem="revoked")
        return Actor(claims.user_id, claims.roles), claims.session_id
