"""Authenticate a browser by the token in its cookie."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.errors import InvalidToken
from ...ports.language.ids import SessionId
from ...ports.language.users import Actor
from ...ports.sessions import Sessions
from ...ports.users import Users
from .session_tokens import BROWSER, token_hash


@dataclass(frozen=True, slots=True)
class AuthenticateBrowser:
    """Tells who looks at a page, with the roles that are stored now.

    It reads the store, so a session that was ended ends at once.
    """

    users: Users
    sessions: Sessions
    clock: Clock

    async def __call__(self, token: str) -> tuple[Actor, SessionId]:
        """Return the user and the session.

        Raises InvalidToken if the token is not a browser's, is unknown or expired, or its session
        was ended, and Unavailable.
        """
        if not token.startswith(BROWSER):
            raise InvalidToken(problem="not a browser's")
        found = await self.sessions.find_token(token_hash(token))
        if found is None:
            raise InvalidToken(problem="unknown")
        if found.expires_at <= self.clock.now():
            raise InvalidToken(problem="expired")
        session = await self.sessions.get(found.session_id)
        if session.revoked_at is not None:
            raise InvalidToken(problem="revoked")
        user = await self.users.get(session.user_id)
        return Actor(user.id, user.roles), session.id
