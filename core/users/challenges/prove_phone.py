"""Prove your phone."""

from dataclasses import dataclass, replace

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import ChallengeNotMet
from ....ports.language.notifications import Channel, NotificationPreferences
from ....ports.language.users import Actor
from ....ports.notifications import Preferences
from ....ports.transaction import Transaction
from ....ports.users import Users, open_user
from .codes import code_hash


@dataclass(frozen=True, slots=True)
class ProvePhone:
    """A user who gives back the code of the text message proves their phone.

    A code works once, and only for the phone that it was sent to. After some wrong ones, also the
    right one is refused.
    """

    transaction: Transaction
    users: Users
    preferences: Preferences
    challenges: Challenges
    clock: Clock

    async def __call__(self, actor: Actor, code: str) -> NotificationPreferences:
        """Return the preferences. Raises ChallengeNotMet, AccountClosed."""
        proven = await self._try(actor, code)
        if proven is None:  # raised here, so that the failure is stored
            raise ChallengeNotMet
        return proven

    async def _try(self, actor: Actor, code: str) -> NotificationPreferences | None:
        async with self.transaction():
            user, now = await open_user(self.users, actor.user_id), self.clock.now()
            preferences = await self.preferences.get(user.id)
            challenge = await self.challenges.get(user.id, ChallengeKind.PHONE)
            if challenge is None or not challenge.is_open(now):
                return None
            if challenge.address != preferences.phone:
                return None
            if not challenge.is_met_by(code_hash(user.id, code), now):
                await self.challenges.put(challenge.failed())
                return None
            await self.challenges.put(challenge.ended())
            # The message arrived, whatever a provider said of an earlier one.
            preferences = replace(preferences.reached(Channel.SMS), phone_proven_at=now)
            await self.preferences.put(preferences)
        return preferences
