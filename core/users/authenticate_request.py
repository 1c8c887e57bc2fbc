"""Telling who makes a request."""

from dataclasses import dataclass

from ...ports.access_tokens import AccessTokens, RevokedSessions
from ...ports.language.errors import InvalidToken
from ...ports.language.ids import SessionId
from ...ports.language.users import Actor


@dataclass(frozen=True, slots=True)
class AuthenticateRequest:
    """A request is made by the user, in the roles and in the session, that its access token names.

    The token is believed without asking the store, but for whether its session was ended.
    """

    access_tokens: AccessTokens
    revoked_sessions: RevokedSessions

    async def __call__(self, token: str) -> tuple[Actor, SessionId]:
        """Return the user and the session.

        Raises InvalidToken if the token is forged, malformed, expired or revoked, and Unavailable
        if the list of ended sessions cannot be read: then nobody is let in.
        """
        claims = self.access_tokens.verify(token)
        if await self.revoked_sessions.contains(claims.session_id):
            raise InvalidToken(problem="revoked")
        return Actor(claims.user_id, claims.roles), claims.session_id
