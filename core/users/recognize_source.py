"""Recognise where a user signs in from."""

from dataclasses import dataclass

from ...ports.language.ids import NOBODY
from ...ports.sessions import Sessions
from ...ports.users import Users
from .find_by_email import find_by_email


@dataclass(frozen=True, slots=True)
class RecognizeSource:
    """Tells whether somebody signed in with this email from this source before.

    Such a source is not kept out by what others do. Sessions are kept for a month after their last
    use, and so is where they come from.
    """

    users: Users
    sessions: Sessions

    async def __call__(self, *, email: str, source: str) -> bool:
        """Return whether the source is known. An unknown email takes the same work."""
        user = await find_by_email(self.users, email)
        return await self.sessions.is_from(NOBODY if user is None else user.id, source)
