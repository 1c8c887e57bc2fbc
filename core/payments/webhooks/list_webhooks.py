"""List the webhooks of the payment provider."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....ports.language.errors import WebhookNotKept
from ....ports.language.kept_webhooks import KeptWebhook, WebhookCount, WebhookState
from ....ports.language.paging import Page, PageRequest
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, Role
from ....ports.webhook_archive import WebhookArchive


@dataclass(frozen=True, slots=True)
class ListWebhooks:
    """An admin sees how many webhooks of each type came, lists them, and looks at one."""

    archive: WebhookArchive

    async def __call__(
        self,
        actor: Actor,
        request: PageRequest,
        *,
        type_: str | None = None,
        state: WebhookState | None = None,
    ) -> Page[KeptWebhook]:
        """Return a page of webhooks without their bodies, newest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list webhooks")
        return await self.archive.page(request, type_=type_, state=state)

    async def counts(self, actor: Actor) -> Sequence[WebhookCount]:
        """Return how many came of each type. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list webhooks")
        return await self.archive.counts()

    async def one(self, actor: Actor, webhook_id: str) -> KeptWebhook:
        """Return one with its body, if that is still kept. Raises Forbidden, WebhookNotKept."""
        check_role(actor, Role.ADMIN, "list webhooks")
        kept = await self.archive.find(webhook_id)
        if kept is None:
            raise WebhookNotKept(id=webhook_id)
        return kept
