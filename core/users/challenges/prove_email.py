"""Prove an email."""

from dataclasses import dataclass, replace

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import ChallengeNotMet
from ....ports.language.users import User
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..session_tokens import token_hash


@dataclass(frozen=True, slots=True)
class ProveEmail:
    """Whoever has the secret of the letter reads the email, so it is proven.

    It needs no sign-in, because letters are often opened on another device. A secret works once.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    clock: Clock

    async def __call__(self, secret: str) -> User:
        """Return the user. Raises ChallengeNotMet."""
        hashed, now = token_hash(secret), self.clock.now()
        async with self.transaction():
            found = await self.challenges.find(hashed)
            if found is None or found.kind is not ChallengeKind.EMAIL:
                raise ChallengeNotMet
            user = await self.users.get(found.user_id)
            # Read again under the user's lock, so that of two who come at once one is too late.
            challenge = await self.challenges.get(user.id, found.kind)
            if challenge is None or not challenge.is_met_by(hashed, now):
                raise ChallengeNotMet
            await self.challenges.put(challenge.ended())
            user = replace(user, email_proven_at=now)
            await self.users.save(user)
        return user
