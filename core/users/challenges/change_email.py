"""Change your email."""

from dataclasses import dataclass, replace

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import WrongCredentials
from ....ports.language.events import ChallengeRequested
from ....ports.language.sources import NOWHERE, Source
from ....ports.language.users import Actor, User
from ....ports.outbox import Outbox
from ....ports.passwords import Passwords
from ....ports.transaction import Transaction
from ....ports.users import Users, open_user
from ..user_texts import normalize_email
from .asking import asked_again
from .leave_email import leave_email


@dataclass(frozen=True, slots=True)
class ChangeEmail:
    """A user who gives their password changes their email. The old one is told.

    If addresses are verified, the email stays until the new one is proven by the link that is sent
    there. Whether another user has it is told only to who can read it.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    passwords: Passwords
    outbox: Outbox
    clock: Clock
    verify_addresses: bool

    async def __call__(
        self, actor: Actor, *, email: str, password: str, source: Source = NOWHERE
    ) -> User:
        """Return the user, whose email may be the old one still.

        Raises InvalidText, WrongCredentials, AccountClosed, RateLimited, QueueFull, and EmailTaken
        if addresses are not verified.
        """
        email = normalize_email(email)
        found = await self.users.get(actor.user_id)
        if not await self.passwords.verify(password, found.password_hash, source):
            raise WrongCredentials
        kind = ChallengeKind.NEW_EMAIL
        async with self.transaction():
            user, now = await open_user(self.users, actor.user_id), self.clock.now()
            if user.password_hash != found.password_hash:
                raise WrongCredentials  # it was changed or reset meanwhile
            if user.email == email:
                return user
            before = await self.challenges.get(user.id, kind)
            challenge = asked_again(before, user.id, kind, email, now)
            if self.verify_addresses:
                await self.challenges.put(challenge)
                await self.outbox.add(ChallengeRequested(user.id, kind, now))
                return user
            await self.challenges.put(challenge.ended())
            await leave_email(self.challenges, self.outbox, user, now)
            user = replace(user, email=email, email_proven_at=now)
            await self.users.save(user)
        return user
