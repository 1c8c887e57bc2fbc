"""A user looks at what they want to hear of."""

from dataclasses import dataclass

from ...ports.language.notifications import NotificationPreferences
from ...ports.language.users import Actor
from ...ports.notifications import Preferences


@dataclass(frozen=True, slots=True)
class ViewNotificationPreferences:
    """A user sees over which channels they are told of what."""

    preferences: Preferences

    async def __call__(self, actor: Actor) -> NotificationPreferences:
        """Return the actor's own preferences: the defaults, if they never said."""
        return await self.preferences.get(actor.user_id)
