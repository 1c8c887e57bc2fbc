"""Request the code that proves your phone."""

from dataclasses import dataclass

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import EmailNotProven, NoPhone
from ....ports.language.events import ChallengeRequested
from ....ports.language.notifications import NotificationPreferences
from ....ports.language.users import Actor
from ....ports.notifications import Preferences
from ....ports.outbox import Outbox
from ....ports.transaction import Transaction
from ....ports.users import Users, open_user
from .asking import asked_again


@dataclass(frozen=True, slots=True)
class RequestPhoneProof:
    """A user asks for a text message with a code that proves their phone. An earlier code ends.

    If the phone is proven, nothing is sent. Each message costs money, so only who has proven an
    email gets one.
    """

    transaction: Transaction
    users: Users
    preferences: Preferences
    challenges: Challenges
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor) -> NotificationPreferences:
        """Return the preferences. Raises NoPhone, EmailNotProven, AccountClosed, RateLimited."""
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            preferences = await self.preferences.get(user.id)
            if preferences.phone is None:
                raise NoPhone
            if preferences.phone_proven:
                return preferences
            if not user.email_proven:
                raise EmailNotProven
            kind, now = ChallengeKind.PHONE, self.clock.now()
            before = await self.challenges.get(user.id, kind)
            await self.challenges.put(asked_again(before, user.id, kind, preferences.phone, now))
            await self.outbox.add(ChallengeRequested(user.id, kind, now))
        return preferences
