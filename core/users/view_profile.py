"""View your profile."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.users import Actor, User
from ...ports.notifications import Preferences
from ...ports.payments import Declines
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class Profile:
    """A user, as shown to that user."""

    user: User
    phone_proven: bool
    """Whether they have a phone that gets messages."""
    bids_barred_until: datetime | None
    """The end (UTC) of a bar on bidding because of declined charges, or None."""


@dataclass(frozen=True, slots=True)
class ViewProfile:
    """A user views their account and whether they may bid."""

    users: Users
    declines: Declines
    preferences: Preferences
    clock: Clock

    async def __call__(self, actor: Actor) -> Profile:
        """Return the actor's profile. Raises NotFound."""
        user = await self.users.get(actor.user_id)
        bar = await self.declines.find_bar(actor.user_id)
        is_barred = bar is not None and self.clock.now() < bar.until
        proven = (await self.preferences.get(actor.user_id)).phone_proven
        return Profile(user, proven, bar.until if bar is not None and is_barred else None)
