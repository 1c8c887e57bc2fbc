"""List your sessions."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.users import Actor, Session
from ...ports.sessions import Sessions


@dataclass(frozen=True, slots=True)
class ListSessions:
    """A user sees where they are signed in."""

    sessions: Sessions

    async def __call__(self, actor: Actor) -> Sequence[Session]:
        """Return the newest open sessions, newest first, at most a hundred."""
        return await self.sessions.open_of(actor.user_id)
