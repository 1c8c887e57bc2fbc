"""View your notification preferences."""

from dataclasses import dataclass

from ...ports.language.notifications import NotificationPreferences
from ...ports.language.users import Actor
from ...ports.notifications import Preferences


@dataclass(frozen=True, slots=True)
class ViewNotificationPreferences:
    """A user views their channels for each kind of notification."""

    preferences: Preferences

    async def __call__(self, actor: Actor) -> NotificationPreferences:
        """Return the actor's preferences, or the defaults if they set none."""
        return await self.preferences.get(actor.user_id)
