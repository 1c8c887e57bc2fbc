"""Answer a stranger by a letter to a user."""

from dataclasses import dataclass

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import RateLimited
from ....ports.language.events import (
    ChallengeRequested,
    PasswordResetRequested,
    RegistrationRepeated,
)
from ....ports.language.ids import NOBODY
from ....ports.outbox import Outbox
from ....ports.transaction import Transaction
from ....ports.users import Users
from .asking import asked_again


@dataclass(frozen=True, slots=True)
class AnswerByLetter:
    """Lets the letter be sent with which a user sets a new password, or learns of a registration.

    An unproven email gets the letter that proves it instead. Too many requests change nothing.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    outbox: Outbox
    clock: Clock

    async def __call__(self, event: PasswordResetRequested | RegistrationRepeated) -> None:
        """Request the challenge, if there is a user and it is not too often."""
        if event.user_id == NOBODY:
            return
        async with self.transaction():
            user, now = await self.users.get(event.user_id), self.clock.now()
            kind = _KINDS[type(event)] if user.email_proven else ChallengeKind.EMAIL
            before = await self.challenges.get(user.id, kind)
            try:
                challenge = asked_again(before, user.id, kind, user.email, now)
            except RateLimited:
                return
            await self.challenges.put(challenge)
            await self.outbox.add(ChallengeRequested(user.id, kind, now))


_KINDS = {
    PasswordResetRequested: ChallengeKind.PASSWORD,
    RegistrationRepeated: ChallengeKind.REGISTRATION,
}
