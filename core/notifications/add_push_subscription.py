"""Subscribe a browser to push messages."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.ids import SubscriptionId
from ...ports.language.notifications import PushSubscription
from ...ports.language.users import Actor
from ...ports.notifications import Preferences
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
from .push_subscriptions import MAX_SUBSCRIPTIONS, check_subscription


@dataclass(frozen=True, slots=True)
class AddPushSubscription:
    """A user adds a browser, up to 10. The oldest makes room: browsers come and go unseen.

    A browser that subscribes again keeps its id.
    """

    transaction: Transaction
    users: Users
    preferences: Preferences
    clock: Clock
    ids: Ids

    async def __call__(
        self, actor: Actor, *, endpoint: str, p256dh: str, auth: str
    ) -> PushSubscription:
        """Return the subscription. Raises InvalidText, AccountClosed."""
        check_subscription(endpoint, p256dh, auth)
        new_id = SubscriptionId(self.ids.new())
        async with self.transaction():
            await open_user(self.users, actor.user_id)  # locks the preferences for a change
            preferences = await self.preferences.get(actor.user_id)
            before = {each.endpoint: each for each in preferences.subscriptions}
            known = before.pop(endpoint, None)
            added = PushSubscription(
                known.id if known else new_id, endpoint, p256dh, auth, self.clock.now()
            )
            kept = (*before.values(), added)[-MAX_SUBSCRIPTIONS:]
            await self.preferences.put(replace(preferences, subscriptions=kept))
        return added
