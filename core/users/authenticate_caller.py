"""Authenticate the caller of a service."""

from dataclasses import dataclass

from ...ports.api_tokens import ApiTokens
from ...ports.clock import Clock
from ...ports.language.api_tokens import PREFIX, Caller
from ...ports.language.errors import Forbidden, InvalidToken
from ...ports.language.ids import UserId
from ...ports.language.users import Actor
from ...ports.users import Users
from .authenticate_request import AuthenticateRequest
from .session_tokens import token_hash


@dataclass(frozen=True, slots=True)
class AuthenticateCaller:
    """Tells from a token who makes a call: a user with an access token, or a program with its own.

    A service says for which user it acts, who then has the roles that are stored now. A user acts
    for nobody else.
    """

    authenticate_request: AuthenticateRequest
    api_tokens: ApiTokens
    users: Users
    clock: Clock

    async def __call__(self, token: str, *, acting_for: UserId | None = None) -> Caller:
        """Return the caller.

        Raises InvalidToken, Forbidden if the caller may not act for that user, NotFound if there is
        no such user, and Unavailable.
        """
        if not token.startswith(PREFIX):
            actor, _ = await self.authenticate_request(token)
            if acting_for not in (None, actor.user_id):
                raise Forbidden(action="act for another user", needs="a service")
            return Caller(actor)
        found = await self.api_tokens.find(token_hash(token))
        if found is None:
            raise InvalidToken(problem="unknown")
        if found.revoked_at is not None:
            raise InvalidToken(problem="revoked")
        if found.expires_at is not None and self.clock.now() >= found.expires_at:
            raise InvalidToken(problem="expired")
        if found.owner_id is not None and acting_for not in (None, found.owner_id):
            raise Forbidden(action="act for another user", needs="a service")
        user_id = found.owner_id or acting_for
        if user_id is None:
            return Caller(None, found)
        user = await self.users.get(user_id)
        return Caller(Actor(user.id, user.roles), found)
