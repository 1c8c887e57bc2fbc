"""Tell a user that their password or payout account was changed, or their account closed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid5

from ...ports.challenges import Challenges
from ...ports.language.account_notices import (
    AccountClosedNotice,
    PasswordChangedNotice,
    PayoutAccountChangedNotice,
)
from ...ports.language.challenges import ChallengeKind
from ...ports.language.errors import Unavailable
from ...ports.language.events import SecurityChange, SecurityChanged
from ...ports.language.mail import Mail
from ...ports.language.notifications import Notice, NotificationPreferences, Recipient
from ...ports.language.users import User
from ...ports.messengers import Mailer
from ...ports.templates import Templates
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class TellOfSecurityChange:
    """Writes to a user what was changed of their account, so that a theft is noticed.

    No preference turns it off, and another email does not either: the email that the user left
    since gets the letter too. An email that was never proven is not written to.
    """

    users: Users
    challenges: Challenges
    templates: Templates
    mailer: Mailer
    patience: timedelta = timedelta(seconds=30)

    async def __call__(self, event: SecurityChanged) -> None:
        """Send the letters. Idempotent. Raises Unavailable; retry then."""
        user = await self.users.get(event.user_id)
        for email in sorted(await self._emails(user, event)):
            recipient = Recipient(user.id, email, user.first_name, NotificationPreferences(user.id))
            letter = self.templates.render(_notice(event), recipient)
            id_ = uuid5(user.id, f"{event.what} {event.at.isoformat()} {email}")
            try:
                async with asyncio.timeout(self.patience.total_seconds()):
                    await self.mailer.send(Mail.of(letter, recipient, id_))
            except TimeoutError as error:
                raise Unavailable(what="the messenger of email") from error

    async def _emails(self, user: User, event: SecurityChanged) -> set[str]:
        emails = {user.email} if user.email_proven else set()
        left = await self.challenges.get(user.id, ChallengeKind.OLD_EMAIL)
        if left is not None and left.asked_at >= event.at:
            emails.add(left.address)
        return emails


def _notice(event: SecurityChanged) -> Notice:
    if event.what is SecurityChange.PAYOUT_ACCOUNT:
        return PayoutAccountChangedNotice(event.at, event.program)
    if event.what is SecurityChange.CLOSED:
        return AccountClosedNotice(event.at, event.program)
    reset = event.what is SecurityChange.PASSWORD_RESET
    return PasswordChangedNotice(event.at, event.program, reset)
