"""What of a user ends with their account at once."""

from dataclasses import dataclass, replace
from datetime import datetime

from ....ports.api_tokens import ApiTokens
from ....ports.challenges import Challenges
from ....ports.known_places import KnownPlaces
from ....ports.language.challenges import ChallengeKind
from ....ports.language.ids import UserId
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.notifications import Preferences
from ....ports.price_alerts import PriceAlerts
from ....ports.webhook_endpoints import WebhookEndpoints
from ..challenges.end_challenges import end_challenges

_ENDED = tuple(kind for kind in ChallengeKind if kind is not ChallengeKind.OLD_EMAIL)
"""All but the letter to an email that was left: a thief may have left it."""


@dataclass(frozen=True, slots=True)
class LeaveMarket:
    """Ends what acts for a user, or tells them of the market. Idempotent."""

    api_tokens: ApiTokens
    challenges: Challenges
    known_places: KnownPlaces
    price_alerts: PriceAlerts
    webhook_endpoints: WebhookEndpoints
    preferences: Preferences

    async def __call__(self, user_id: UserId, now: datetime) -> None:
        """End it. Needs a transaction, and the user's lock."""
        for key in await self.api_tokens.of(user_id):
            await self.api_tokens.revoke(key.id, now)
        await end_challenges(self.challenges, user_id, *_ENDED)
        await self.known_places.put(user_id, ())
        request = PageRequest(MAX_PAGE)
        while alerts := (await self.price_alerts.of_user(user_id, request)).items:
            for alert in alerts:
                await self.price_alerts.remove(user_id, alert.id)
        while endpoints := (await self.webhook_endpoints.page(request, owner_id=user_id)).items:
            for endpoint in endpoints:
                await self.webhook_endpoints.remove(endpoint.id)
        preferences = await self.preferences.get(user_id)
        if preferences.devices or preferences.subscriptions:
            await self.preferences.put(replace(preferences, devices=(), subscriptions=()))
