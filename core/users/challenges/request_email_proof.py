"""Request the letter that proves your email."""

from dataclasses import dataclass

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.events import ChallengeRequested
from ....ports.language.users import Actor, User
from ....ports.outbox import Outbox
from ....ports.transaction import Transaction
from ....ports.users import Users, open_user
from .asking import asked_again


@dataclass(frozen=True, slots=True)
class RequestEmailProof:
    """A user asks for another letter that proves their email. The links of earlier ones end.

    If the email is proven, nothing is sent.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor) -> User:
        """Return the user. Raises AccountClosed, RateLimited."""
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            if user.email_proven:
                return user
            kind, now = ChallengeKind.EMAIL, self.clock.now()
            before = await self.challenges.get(user.id, kind)
            await self.challenges.put(asked_again(before, user.id, kind, user.email, now))
            await self.outbox.add(ChallengeRequested(user.id, kind, now))
        return user
