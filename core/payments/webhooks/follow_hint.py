"""Follow a webhook that is only a hint."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ....ports.clock import Clock
from ....ports.language.events import WebhookHinted
from ....ports.language.payments import Webhook, WebhookKind
from ....ports.payments import Webhooks
from ....ports.transaction import Transaction
from ....ports.webhook_archive import WebhookArchive

Follow: TypeAlias = Callable[[Webhook], Awaitable[None]]
"""Asks the provider about the object that the webhook names in `reference`, and applies that."""


@dataclass(frozen=True, slots=True)
class FollowHint:
    """Has the provider asked about the object that a webhook names, by the use case of its kind.

    What the webhook itself says is not believed: webhooks come late, twice and in any order. No
    transaction is open here. The use case asks the provider first, then opens one, in which it
    applies the state of the object and ignores what it knows already. It is repeated while the
    provider is unavailable.

    To add a kind, add it to WebhookKind, and its use case to `composition/hints.py`.
    """

    transaction: Transaction
    webhooks: Webhooks
    archive: WebhookArchive
    clock: Clock
    follow: Mapping[WebhookKind, Follow]

    async def __call__(self, hinted: WebhookHinted) -> None:
        """Follow the hint. Raises Unavailable, after which repeat.

        A webhook may be read as another kind by now, which is no hint (`ReplayWebhook`).
        """
        webhook = await self.webhooks.get(hinted.webhook_id)
        follow = self.follow.get(webhook.kind)
        if follow is None:
            return
        await follow(webhook)
        async with self.transaction():
            await self.archive.mark_applied(webhook.id, self.clock.now())
