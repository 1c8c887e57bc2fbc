"""Send a challenge to its address."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.ids import Ids
from ....ports.language.account_notices import (
    EmailProofNotice,
    PasswordResetNotice,
    PhoneProofNotice,
    RegistrationRepeatedNotice,
)
from ....ports.language.challenges import Challenge, ChallengeKind
from ....ports.language.errors import Unavailable
from ....ports.language.events import ChallengeRequested
from ....ports.language.mail import Mail, TextMessage, Undeliverable
from ....ports.language.notifications import (
    Channel,
    Notice,
    NotificationPreferences,
    Recipient,
    Unreachable,
    UnreachableAddress,
)
from ....ports.language.public_links import PublicLinks
from ....ports.language.users import User
from ....ports.messengers import Mailer, TextMessenger
from ....ports.notifications import Preferences
from ....ports.randomness import Randomness
from ....ports.templates import Templates
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..session_tokens import token_hash
from .asking import LIFE
from .codes import code_hash, code_of


@dataclass(frozen=True, slots=True)
class SendChallenge:
    """Makes the secret of a challenge, stores its hash and sends it to the challenge's address.

    It is the only message that an unproven address gets. Every attempt has another secret, because
    none is kept. If an attempt that seemed to fail was sent all the same, its secret ends with the
    next one. If no attempt can reach the address, the challenge ends, and the user's email or phone
    is given up. `patience` is the timeout of a messenger.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    preferences: Preferences
    templates: Templates
    mailer: Mailer
    text_messenger: TextMessenger
    randomness: Randomness
    links: PublicLinks
    clock: Clock
    ids: Ids
    patience: timedelta = timedelta(seconds=30)

    async def __call__(self, event: ChallengeRequested) -> None:
        """Send it, unless it was met, replaced or is late. Raises Unavailable; retry then."""
        secret, now = self.randomness.secret(), self.clock.now()
        until = now + LIFE[event.kind]
        hashed = token_hash(secret)
        if event.kind is ChallengeKind.PHONE:
            secret = code_of(secret)
            hashed = code_hash(event.user_id, secret)
        async with self.transaction():
            user = await self.users.get(event.user_id)
            challenge = await self.challenges.get(user.id, event.kind)
            if challenge is None or not _is_awaited(challenge, event, now):
                return
            await self.challenges.put(challenge.sent(hashed, until))
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                lost = await self._send(user, challenge, secret, until)
        except TimeoutError as error:
            raise Unavailable(what=f"the messenger of {event.kind}") from error
        if lost:
            await self._give_up(event, lost[0].reason)

    async def _send(
        self, user: User, challenge: Challenge, secret: str, until: datetime
    ) -> Sequence[Undeliverable]:
        recipient = Recipient(
            user.id, challenge.address, user.first_name, NotificationPreferences(user.id)
        )
        letter = self.templates.render(self._notice(challenge.kind, secret, until), recipient)
        id_ = self.ids.new()
        if challenge.kind is ChallengeKind.PHONE:
            message = TextMessage(id_, challenge.address, letter.brief, user.id)
            return await self.text_messenger.send(message)
        return await self.mailer.send(Mail.of(letter, recipient, id_))

    async def _give_up(self, event: ChallengeRequested, reason: Unreachable) -> None:
        async with self.transaction():
            user = await self.users.get(event.user_id)
            challenge = await self.challenges.get(user.id, event.kind)
            if challenge is None or challenge.met or challenge.asked_at != event.requested_at:
                return
            await self.challenges.put(challenge.ended())
            before, now = await self.preferences.get(user.id), self.clock.now()
            channel = Channel.SMS if event.kind is ChallengeKind.PHONE else Channel.EMAIL
            current = before.phone if channel is Channel.SMS else user.email
            if challenge.address == current:
                mark = UnreachableAddress(channel, challenge.address, reason, now)
                await self.preferences.put(before.given_up(mark))

    def _notice(self, kind: ChallengeKind, secret: str, until: datetime) -> Notice:
        if kind is ChallengeKind.PHONE:
            return PhoneProofNotice(secret, until)
        if kind is ChallengeKind.PASSWORD:
            return PasswordResetNotice(self.links.reset_password(secret), until)
        if kind is ChallengeKind.REGISTRATION:
            return RegistrationRepeatedNotice()
        return EmailProofNotice(self.links.prove_email(secret), until)


def _is_awaited(challenge: Challenge, event: ChallengeRequested, now: datetime) -> bool:
    is_newest = challenge.asked_at == event.requested_at and not challenge.met
    is_over = challenge.is_exhausted or now >= event.requested_at + LIFE[event.kind]
    return is_newest and not is_over
