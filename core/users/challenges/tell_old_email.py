"""Tell the old email of a user that it was changed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid5

from ....ports.challenges import Challenges
from ....ports.language.account_notices import EmailChangedNotice
from ....ports.language.challenges import ChallengeKind
from ....ports.language.errors import Unavailable
from ....ports.language.events import EmailChanged
from ....ports.language.mail import Mail
from ....ports.language.notifications import NotificationPreferences, Recipient
from ....ports.messengers import Mailer
from ....ports.templates import Templates
from ....ports.transaction import Transaction
from ....ports.users import Users


@dataclass(frozen=True, slots=True)
class TellOldEmail:
    """Writes to the email that a user had, so that a theft of the account is noticed.

    An email that was never proven is not written to.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    templates: Templates
    mailer: Mailer
    patience: timedelta = timedelta(seconds=30)

    async def __call__(self, event: EmailChanged) -> None:
        """Send the letter. Idempotent. Raises Unavailable; retry then."""
        challenge = await self.challenges.get(event.user_id, ChallengeKind.OLD_EMAIL)
        if not event.told or challenge is None or challenge.met:
            return
        user = await self.users.get(event.user_id)
        preferences = NotificationPreferences(user.id)
        recipient = Recipient(user.id, challenge.address, user.first_name, preferences)
        letter = self.templates.render(EmailChangedNotice(event.changed_at), recipient)
        mail = Mail.of(letter, recipient, uuid5(user.id, event.changed_at.isoformat()))
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                await self.mailer.send(mail)
        except TimeoutError as error:
            raise Unavailable(what="the messenger of email") from error
        async with self.transaction():
            await self.users.get(event.user_id)  # locks the challenges
            await self.challenges.put(challenge.ended())
