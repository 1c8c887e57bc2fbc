"""End the sessions of everybody."""

from dataclasses import dataclass
from datetime import timedelta

from ...ports.clock import Clock
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from .token_lifetimes import TokenLifetimes

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EndAllSessions:
    """Everybody has to sign in again, because sessions may be known that had ended.

    A restored backup has those that were open when it was made. Access tokens stay valid until they
    expire, within minutes.
    """

    transaction: Transaction
    sessions: Sessions
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(self) -> None:
        """Delete all refresh tokens and their sessions, in portions. Raises Unavailable."""
        # Later than any token expires, also one that was issued by a clock that was ahead.
        late = self.clock.now() + self.lifetimes.refresh + _A_DAY
        while True:
            async with self.transaction():
                if not await self.sessions.forget(late):
                    return
