"""The port to sessions and their refresh tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import SessionId, UserId
from .language.users import RefreshToken, Session

MOST_SHOWN = 100


class Sessions(Protocol):
    """Sessions and their refresh tokens. Writes need a transaction."""

    async def add(self, session: Session) -> None:
        """Store a new session."""
        ...

    async def get(self, session_id: SessionId) -> Session:
        """Return the session. Raises NotFound."""
        ...

    async def revoke(self, session_id: SessionId, at: datetime) -> None:
        """End the session. Ending it again keeps the first time. Raises NotFound."""
        ...

    async def revoke_all(
        self, user_id: UserId, at: datetime, keep: SessionId | None = None
    ) -> list[SessionId]:
        """End all of the user's sessions but `keep`, and return those that were open."""
        ...

    async def open_of(self, user_id: UserId) -> Sequence[Session]:
        """Return the newest sessions of the user that have not ended, at most `MOST_SHOWN`."""
        ...

    async def of(
        self, user_id: UserId, limit: int, after: SessionId | None = None
    ) -> Sequence[Session]:
        """Return up to `limit` sessions of the user, open or ended, oldest first, after one."""
        ...

    async def is_from(self, user_id: UserId, source: str) -> bool:
        """Return whether the user has a session from this source, open or ended."""
        ...

    async def add_token(self, token: RefreshToken) -> None:
        """Store a new refresh token of a stored session."""
        ...

    async def find_token(self, token_hash: str) -> RefreshToken | None:
        """Return the token with this hash, used or not, or None."""
        ...

    async def spend_token(self, token_hash: str, at: datetime) -> bool:
        """Mark the token as used. Return False if it was used before or is unknown."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete a portion of the tokens that expired before an instant, and sessions without any.

        Return the number of deleted tokens. Needs a transaction.
        """
        ...
