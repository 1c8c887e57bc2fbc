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
from .asking import PAUSE, asked_again


@dataclass(frozen=True, slots=True)
class AnswerByLetter:
    """Lets a letter be sent to the user of an email that a stranger gave.

    An unproven email gets the letter that sets a new password, whatever was asked for: who has the
    account may be somebody else, and who reads the email takes it over by that, with nothing that
    the other one knows. Too many requests change nothing.
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
            if user.closed_at is not None:
                return
            if not user.email_proven:
                proof = await self.challenges.get(user.id, ChallengeKind.EMAIL)
                if proof is not None and now - proof.asked_at < PAUSE:
                    return  # somebody registers twice in a row, and has a letter on its way
                kind = ChallengeKind.PASSWORD
            before = await self.challenges.get(user.id, kind)
            try:
                challenge = asked_again(before, user.id, kind, user.email, now)
            except RateLimited:
                return
            await self.challenges.put(challenge)
            await self.outbox.add(ChallengeRequested(user.id, kind, now))
