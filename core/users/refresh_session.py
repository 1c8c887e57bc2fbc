"""Renew a session."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.access_tokens import AccessTokens, RevokedSessions
from ...ports.clock import Clock
from ...ports.language.errors import InvalidToken
from ...ports.language.invariants import ensure
from ...ports.language.users import Session
from ...ports.randomness import Randomness
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from ...ports.users import Users
from .forbid_sessions import forbid_sessions
from .session_tokens import BROWSER, SignedIn, new_refresh_token, signed_in, token_hash
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """Exchanges a refresh token, once, for a new access token and a new refresh token.

    Reuse of a refresh token revokes the whole session, because two parties hold the token and one
    of them may be a thief. Of two concurrent refreshes with the same token, one succeeds and the
    other revokes the session.
    """

    transaction: Transaction
    users: Users
    sessions: Sessions
    revoked_sessions: RevokedSessions
    access_tokens: AccessTokens
    randomness: Randomness
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(self, *, refresh_token: str) -> SignedIn:
        """Return the new pair of tokens.

        Raises InvalidToken if the token is unknown, expired or spent, or its session is revoked,
        and Unavailable if the list of revoked sessions cannot be written.

        It must not be called inside a transaction (AssertionError), because the revocation has to
        be committed although the call raises.
        """
        ensure(not self.transaction.is_open, "the revocation of a stolen session must be committed")
        # Read the clock before the session: a revocation that comes later then has a later time,
        # from which the expiry of the session's last access token is counted.
        now = self.clock.now()
        if refresh_token.startswith(BROWSER):
            raise InvalidToken(problem="a browser's")
        spent_hash = token_hash(refresh_token)
        secret = self.randomness.secret()
        async with self.transaction():
            session = await self._session_of(spent_hash, now)
            user = await self.users.get(session.user_id)
            reused = not await self.sessions.spend_token(spent_hash, now)
            if reused:
                await self.sessions.revoke(session.id, now)
            else:
                successor = new_refresh_token(secret, session.id, now, self.lifetimes)
                await self.sessions.add_token(successor)
        if reused:
            await forbid_sessions(self.revoked_sessions, [session.id], self.clock, self.lifetimes)
            raise InvalidToken(problem="spent")
        return signed_in(user, session.id, secret, now, self.lifetimes, self.access_tokens)

    async def _session_of(self, spent_hash: str, now: datetime) -> Session:
        """Return the open session of a refresh token, spent or not."""
        token = await self.sessions.find_token(spent_hash)
        if token is None:
            raise InvalidToken(problem="unknown")
        session = await self.sessions.get(token.session_id)
        if session.revoked_at is not None:
            raise InvalidToken(problem="revoked")
        if token.spent_at is None and token.expires_at <= now:
            raise InvalidToken(problem="expired")
        return session
