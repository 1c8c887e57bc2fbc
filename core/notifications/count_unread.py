"""Count your unread notifications."""

from dataclasses import dataclass

from ...ports.language.users import Actor
from ...ports.notifications import Notifications

MOST_UNREAD = 99
"""The largest number of unread notifications that is told."""


@dataclass(frozen=True, slots=True)
class CountUnread:
    """Counts the notifications that a user has not read in the app, for each page that they see.

    A program may have a user with very many, so not all are counted.
    """

    notifications: Notifications

    async def __call__(self, actor: Actor) -> int:
        """Return the number of the actor's unread notifications, one above the most if more."""
        return await self.notifications.count_unread(actor.user_id, most=MOST_UNREAD + 1)
