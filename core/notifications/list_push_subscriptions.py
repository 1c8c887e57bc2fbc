"""List your browsers that are subscribed to push messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.notifications import PushSubscription
from ...ports.language.users import Actor
from ...ports.notifications import Preferences


@dataclass(frozen=True, slots=True)
class ListPushSubscriptions:
    """A user views their browsers. `server_key` is what a page needs to subscribe another one."""

    preferences: Preferences
    server_key: str | None
    """The exchange's public VAPID key, or None if it pushes nothing to browsers."""

    async def __call__(self, actor: Actor) -> Sequence[PushSubscription]:
        """Return the actor's subscriptions, oldest first."""
        return (await self.preferences.get(actor.user_id)).subscriptions
