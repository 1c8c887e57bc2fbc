"""Tell a user that they have a new API key."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from ...ports.api_tokens import ApiTokens
from ...ports.language.account_notices import ApiKeyCreatedNotice
from ...ports.language.api_tokens import KeyScope
from ...ports.language.errors import Unavailable
from ...ports.language.events import ApiKeyCreated
from ...ports.language.mail import Mail
from ...ports.language.notifications import NotificationPreferences, Recipient
from ...ports.messengers import Mailer
from ...ports.templates import Templates
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class TellKeyOwner:
    """Writes to the owner of a new API key, so that a thief's key is noticed.

    No preference turns it off. An email that was never proven is not written to.
    """

    users: Users
    api_tokens: ApiTokens
    templates: Templates
    mailer: Mailer
    patience: timedelta = timedelta(seconds=30)

    async def __call__(self, event: ApiKeyCreated) -> None:
        """Send the letter. Idempotent. Raises Unavailable; retry then."""
        user, key = await self.users.get(event.user_id), await self.api_tokens.find(event.key_id)
        if key is None or not user.email_proven:
            return
        recipient = Recipient(
            user.id, user.email, user.first_name, NotificationPreferences(user.id)
        )
        scopes = tuple(sorted(map(KeyScope, key.scopes)))
        notice = ApiKeyCreatedNotice(key.name, scopes, key.created_at)
        mail = Mail.of(self.templates.render(notice, recipient), recipient, key.id)
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                await self.mailer.send(mail)
        except TimeoutError as error:
            raise Unavailable(what="the messenger of email") from error
