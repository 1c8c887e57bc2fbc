"""The port to webhooks as they were received."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .language.kept_webhooks import KeptWebhook, WebhookCount, WebhookState
from .language.paging import Page, PageRequest


class WebhookArchive(Protocol):
    """Webhooks as they were received, one for each event. Writes need a transaction."""

    async def keep(self, webhook: KeptWebhook) -> None:
        """Keep a webhook. Its event must be stored, and is kept once (AssertionError)."""
        ...

    async def find(self, webhook_id: str) -> KeptWebhook | None:
        """Return the webhook with the provider's id, with its body, or None.

        In a transaction it is locked until the end.
        """
        ...

    async def mark_applied(self, webhook_id: str, at: datetime) -> None:
        """Note that it is applied. Change nothing if it is not kept."""
        ...

    async def mark_waiting(self, webhook_id: str) -> None:
        """Note that it is to be applied again."""
        ...

    async def counts(self) -> Sequence[WebhookCount]:
        """Return how many there are of each type and kind, sorted by type and kind."""
        ...

    async def page(
        self, request: PageRequest, *, type_: str | None = None, state: WebhookState | None = None
    ) -> Page[KeptWebhook]:
        """Return a page of them, without bodies, newest first, of a type or a state if given."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete a portion of the webhooks received before an instant, with what was read of them.

        Return how many. Those that are to be applied stay, those that were applied since then, and
        those that failed and were not retried.
        """
        ...

    async def forget_bodies(self, before: datetime) -> int:
        """Delete a portion of the bodies received before an instant, and return how many."""
        ...
