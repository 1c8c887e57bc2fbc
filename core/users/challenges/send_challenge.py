"""Send a challenge to its address."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.ids import Ids
from ....ports.language.account_notices import EmailProofNotice, PasswordResetNotice
from ....ports.language.challenges import Challenge, ChallengeKind
from ....ports.language.errors import Unavailable
from ....ports.language.events import ChallengeRequested
from ....ports.language.mail import Mail
from ....ports.language.notifications import Notice, NotificationPreferences, Recipient
from ....ports.language.public_links import PublicLinks
from ....ports.language.users import User
from ....ports.messengers import Mailer
from ....ports.randomness import Randomness
from ....ports.templates import Templates
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..session_tokens import token_hash
from .asking import LIFE


@dataclass(frozen=True, slots=True)
class SendChallenge:
    """Makes the secret of a challenge, stores its hash and sends it to the challenge's address.

    It is the only letter that an unproven address gets. Every attempt has another secret, because
    none is kept. If an attempt that seemed to fail was sent all the same, its link ends with the
    next one. `patience` is the timeout of a messenger.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    templates: Templates
    mailer: Mailer
    randomness: Randomness
    links: PublicLinks
    clock: Clock
    ids: Ids
    patience: timedelta = timedelta(seconds=30)

    async def __call__(self, event: ChallengeRequested) -> None:
        """Send it, unless it was met, replaced or is late. Raises Unavailable; retry then."""
        secret, now = self.randomness.secret(), self.clock.now()
        until = now + LIFE[event.kind]
        async with self.transaction():
            user = await self.users.get(event.user_id)
            challenge = await self.challenges.get(user.id, event.kind)
            if challenge is None or not _is_awaited(challenge, event, now):
                return
            await self.challenges.put(challenge.sent(token_hash(secret), until))
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                await self._send(user, challenge, secret, until)
        except TimeoutError as error:
            raise Unavailable(what=f"the messenger of {event.kind}") from error

    async def _send(self, user: User, challenge: Challenge, secret: str, until: datetime) -> None:
        recipient = Recipient(
            user.id, challenge.address, user.first_name, NotificationPreferences(user.id)
        )
        letter = self.templates.render(self._notice(challenge.kind, secret, until), recipient)
        await self.mailer.send(Mail.of(letter, recipient, self.ids.new()))

    def _notice(self, kind: ChallengeKind, secret: str, until: datetime) -> Notice:
        if kind is ChallengeKind.PASSWORD:
            return PasswordResetNotice(self.links.reset_password(secret), until)
        return EmailProofNotice(self.links.prove_email(secret), until)


def _is_awaited(challenge: Challenge, event: ChallengeRequested, now: datetime) -> bool:
    is_newest = challenge.asked_at == event.requested_at and not challenge.met
    return is_newest and now < event.requested_at + LIFE[event.kind]
