"""Count your unread notifications."""

from dataclasses import dataclass

from ...ports.language.users import Actor
from ...ports.notifications import Notifications


@dataclass(frozen=True, slots=True)
class CountUnread:
    """Counts the notifications that a user has not read in the app, for each page that they see."""

    notifications: Notifications

    async def __call__(self, actor: Actor) -> int:
        """Return the number of the actor's unread notifications."""
        return await self.notifications.count_unread(actor.user_id)
