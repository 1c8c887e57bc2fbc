"""Authenticate the caller of a route or of a service."""

import hmac
import logging
from dataclasses import dataclass
from datetime import timedelta

from ...ports.api_tokens import ApiTokens
from ...ports.clock import Clock
from ...ports.language.api_tokens import ApiToken, Caller, KeyScope
from ...ports.language.errors import Forbidden, InvalidToken, NotFound, Unavailable
from ...ports.language.ids import UserId
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction
from ...ports.users import Users
from .authenticate_request import AuthenticateRequest
from .session_tokens import token_hash
from .token_texts import PREFIX, token_id_of

_log = logging.getLogger("solebook.users")

_BETWEEN_NOTES = timedelta(minutes=1)
"""A use that follows a noted one within this time is not written."""


@dataclass(frozen=True, slots=True)
class AuthenticateCaller:
    """Tells from a token who makes a call: a user with an access token, or a program with its own.

    A service says for which user it acts, who then has the roles that are stored now. A user and
    their API keys act for nobody else. The API key of an admin acts as an admin only if it has
    the scope for that, and a suspended user has none that work.
    """

    authenticate_request: AuthenticateRequest
    transaction: Transaction
    api_tokens: ApiTokens
    users: Users
    clock: Clock

    async def __call__(self, token: str, *, acting_for: UserId | None = None) -> Caller:
        """Return the caller.

        Raises InvalidToken, Forbidden if the caller may not act for that user, NotFound if there is
        no such user, and Unavailable.
        """
        if not token.startswith(PREFIX):
            user, session_id = await self.authenticate_request(token)
            if acting_for not in (None, user.user_id):
                raise Forbidden(action="act for another user", needs="a service")
            return Caller(user, session_id=session_id)
        found = await self._valid(token)
        if found.owner_id is not None and acting_for not in (None, found.owner_id):
            raise Forbidden(action="act for another user", needs="a service")
        user_id = found.owner_id or acting_for
        actor = None if user_id is None else await self._actor(user_id, found)
        await self._note_use(found)
        return Caller(actor, found)

    async def _valid(self, text: str) -> ApiToken:
        """Return the token with a text. Raises InvalidToken."""
        token_id = token_id_of(text)
        found = None if token_id is None else await self.api_tokens.find(token_id)
        if found is None or not hmac.compare_digest(found.token_hash, token_hash(text)):
            raise InvalidToken(problem="unknown")
        if found.revoked_at is not None:
            raise InvalidToken(problem="revoked")
        if found.has_ended(self.clock.now()):
            raise InvalidToken(problem="expired")
        return found

    async def _actor(self, user_id: UserId, token: ApiToken) -> Actor:
        user = await self.users.get(user_id)
        if token.owner_id is None:
            if user.closed_at is not None:
                raise NotFound(what="user", id=user_id)
            return Actor(user.id, user.roles, token.id)
        if user.suspended:
            raise InvalidToken(problem="a suspended user's")
        beyond = frozenset() if KeyScope.ADMIN in token.scopes else {Role.ADMIN}
        return Actor(user.id, user.roles - beyond, token.id)

    async def _note_use(self, token: ApiToken) -> None:
        """Note that a token is used, at most once a minute, so that few requests write."""
        last, now = token.last_used_at, self.clock.now()
        if last is not None and now - last < _BETWEEN_NOTES:
            return
        try:
            async with self.transaction():
                await self.api_tokens.note_use(token.id, now, after=_BETWEEN_NOTES)
        except Unavailable as error:
            _log.warning("the use of a token was not noted: %s", error)
