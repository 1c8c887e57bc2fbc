"""End a browser's subscription to push messages."""

from dataclasses import dataclass, replace

from ...ports.language.errors import NotFound
from ...ports.language.ids import SubscriptionId
from ...ports.language.users import Actor
from ...ports.notifications import Preferences
from ...ports.transaction import Transaction
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class RemovePushSubscription:
    """A user removes one of their browsers."""

    transaction: Transaction
    users: Users
    preferences: Preferences

    async def __call__(self, actor: Actor, subscription_id: SubscriptionId) -> None:
        """Remove it. Raises NotFound, also for another user's."""
        async with self.transaction():
            await self.users.get(actor.user_id)  # locks the preferences for a change
            preferences = await self.preferences.get(actor.user_id)
            kept = tuple(each for each in preferences.subscriptions if each.id != subscription_id)
            if kept == preferences.subscriptions:
                raise NotFound("push subscription", subscription_id)
            await self.preferences.put(replace(preferences, subscriptions=kept))
