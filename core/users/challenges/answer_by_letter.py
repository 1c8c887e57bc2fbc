"""Answer a stranger by a letter to a user."""

from dataclasses import dataclass

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import RateLimited
from ....ports.language.events import ChallengeRequested
from ....ports.language.ids import NOBODY, UserId
from ....ports.outbox import Outbox
from ....ports.transaction import Transaction
from ....ports.users import Users
from .asking import asked_again


@dataclass(frozen=True, slots=True)
class AnswerByLetter:
    """Lets a letter be sent to the user of an email that a stranger gave.

    An unproven email gets the letter that proves it instead. Too many requests change nothing.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    outbox: Outbox
    clock: Clock

    async def __call__(self, user_id: UserId, kind: ChallengeKind) -> None:
        """Request the challenge, if there is a user and it is not too often."""
        if user_id == NOBODY:
            return
        async with self.transaction():
            user, now = await self.users.get(user_id), self.clock.now()
            kind = kind if user.email_proven else ChallengeKind.EMAIL
            before = await self.challenges.get(user.id, kind)
            try:
                challenge = asked_again(before, user.id, kind, user.email, now)
            except RateLimited:
                return
            await self.challenges.put(challenge)
            await self.outbox.add(ChallengeRequested(user.id, kind, now))
