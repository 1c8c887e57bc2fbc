"""Sign in with email and password."""

from dataclasses import dataclass

from ...ports.access_tokens import AccessTokens
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import WrongCredentials
from ...ports.language.ids import SessionId
from ...ports.language.sources import NOWHERE, Source
from ...ports.language.users import Session
from ...ports.passwords import Passwords
from ...ports.randomness import Randomness
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from ...ports.users import Users
from .find_by_email import find_by_email
from .session_tokens import BROWSER, SignedIn, new_refresh_token, signed_in
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class SignIn:
    """Opens a session for a user who gives their email and password.

    An unknown email and a wrong password get the same answer after the same work, so that the
    answer does not reveal who has an account. Suspended users can sign in, because they still have
    to finish their open orders.
    """

    transaction: Transaction
    users: Users
    sessions: Sessions
    passwords: Passwords
    access_tokens: AccessTokens
    randomness: Randomness
    clock: Clock
    ids: Ids
    lifetimes: TokenLifetimes

    async def __call__(
        self, *, email: str, password: str, source: Source = NOWHERE, in_browser: bool = False
    ) -> SignedIn:
        """Return the session's first pair of tokens, or the token of a browser.

        Raises WrongCredentials, InvalidText for a password of more than 72 bytes of UTF-8, and
        QueueFull if too many passwords wait to be checked.
        """
        found = await find_by_email(self.users, email)
        if found is not None and found.closed_at is not None:
            found = None
        password_hash = None if found is None else found.password_hash
        if not await self.passwords.verify(password, password_hash, source) or found is None:
            raise WrongCredentials
        secret = (BROWSER if in_browser else "") + self.randomness.secret()
        session_id = SessionId(self.ids.new())
        async with self.transaction():
            # Read the user again, under the lock: while the password was being checked, an admin
            # may have removed a role and revoked every session but this one.
            user = await self.users.get(found.id)
            if user.password_hash != password_hash or user.closed_at is not None:
                raise WrongCredentials  # it was changed or reset meanwhile, which ends all sessions
            now = self.clock.now()
            session = Session(session_id, user.id, created_at=now, source=source.name or None)
            await self.sessions.add(session)
            token = new_refresh_token(secret, session_id, now, self.lifetimes)
            await self.sessions.add_token(token)
        return signed_in(user, session_id, secret, now, self.lifetimes, self.access_tokens)
