"""Webhooks as they were received, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from ...ports.language.kept_webhooks import KeptWebhook, WebhookCount, WebhookState
from ...ports.language.money import Cents
from ...ports.language.paging import Page, PageRequest
from ...ports.language.payments import WebhookKind
from ...ports.language.portions import PORTION
from ...ports.webhook_archive import WebhookArchive
from .database import MemoryAdapter
from .paging import newest_first


class MemoryWebhookArchive(MemoryAdapter, WebhookArchive):
    """Kept webhooks by id. Their kinds are those of the stored events."""

    async def keep(self, webhook: KeptWebhook) -> None:
        await self._database.writing()
        assert webhook.webhook_id in self._tables.webhooks, webhook
        assert webhook.webhook_id not in self._tables.kept_webhook_ids, webhook
        self._database.put(self._tables.kept_webhook_ids, webhook.webhook_id, webhook.id)
        self._put(webhook)

    async def find(self, webhook_id: str) -> KeptWebhook | None:
        with await self._database.reading():
            return self._find(webhook_id)

    async def mark_applied(self, webhook_id: str, at: datetime) -> None:
        await self._mark(webhook_id, at)

    async def mark_waiting(self, webhook_id: str) -> None:
        await self._mark(webhook_id, None)

    async def counts(self) -> Sequence[WebhookCount]:
        with await self._database.reading():
            counts: dict[tuple[str, str], WebhookCount] = {}
            for kept in map(self._shown, self._tables.kept_webhooks.values()):
                count = counts.get((kept.type, kept.kind))
                total, waiting, newest = (
                    (0, 0, kept.received_at)
                    if count is None
                    else (count.total, count.not_applied, count.newest)
                )
                waiting += kept.applied_at is None
                newest = max(newest, kept.received_at)
                counts[kept.type, kept.kind] = WebhookCount(
                    kept.type, kept.kind, total + 1, waiting, newest
                )
            return [counts[key] for key in sorted(counts)]

    async def page(
        self, request: PageRequest, *, type_: str | None = None, state: WebhookState | None = None
    ) -> Page[KeptWebhook]:
        def matches(kept: KeptWebhook) -> bool:
            return type_ in (None, kept.type) and state in (None, self._shown(kept).state)

        with await self._database.reading():
            kept = self._tables.kept_webhooks
            found = newest_first(kept, kept, request, matches)
            bare = tuple(replace(self._shown(each), body=None) for each in found.items)
            return replace(found, items=bare)

    async def forget(self, before: datetime) -> int:
        await self._database.writing()
        every = [kept for kept in self._tables.kept_webhooks.values() if kept.received_at < before]
        needless = (kept for kept in map(self._shown, every) if _is_needless(kept, before))
        forgotten = list(islice(needless, PORTION))
        for kept in forgotten:
            self._database.remove(self._tables.kept_webhooks, kept.id)
            self._database.remove(self._tables.kept_webhook_ids, kept.webhook_id)
            self._database.remove(self._tables.webhooks, kept.webhook_id)
        self._tell_what_is_left()
        return len(forgotten)

    def _tell_what_is_left(self) -> None:
        about: dict[tuple[WebhookKind, str], Cents] = {}
        for event in self._tables.webhooks.values():
            if event.reference is not None:
                of_it = event.kind, event.reference
                about[of_it] = max(event.amount, about.get(of_it, 0))
        for of_it in self._tables.webhooks_about.keys() - about:
            self._database.remove(self._tables.webhooks_about, of_it)
        for of_it, most in about.items():
            self._database.put(self._tables.webhooks_about, of_it, most)

    async def forget_bodies(self, before: datetime) -> int:
        await self._database.writing()
        every = self._tables.kept_webhooks.values()
        old = (kept for kept in every if kept.body is not None and kept.received_at < before)
        forgotten = list(islice(old, PORTION))
        for kept in forgotten:
            self._put(replace(kept, body=None))
        return len(forgotten)

    async def _mark(self, webhook_id: str, at: datetime | None) -> None:
        await self._database.writing()
        kept_id = self._tables.kept_webhook_ids.get(webhook_id)
        if kept_id is not None:
            self._put(replace(self._tables.kept_webhooks[kept_id], applied_at=at))

    def _put(self, webhook: KeptWebhook) -> None:
        self._database.put(self._tables.kept_webhooks, webhook.id, webhook)

    def _find(self, webhook_id: str) -> KeptWebhook | None:
        kept_id = self._tables.kept_webhook_ids.get(webhook_id)
        return None if kept_id is None else self._shown(self._tables.kept_webhooks[kept_id])

    def _shown(self, kept: KeptWebhook) -> KeptWebhook:
        deliveries = self._tables.deliveries.values()
        return replace(
            kept,
            kind=self._tables.webhooks[kept.webhook_id].kind,
            has_failed=any(d.attempts and d.message.key == kept.webhook_id for d in deliveries),
        )


def _is_needless(kept: KeptWebhook, before: datetime) -> bool:
    if kept.state is WebhookState.APPLIED:
        # Applying one may make a message about it, which is as old as that.
        return kept.applied_at is not None and kept.applied_at < before
    return kept.state is WebhookState.UNKNOWN
