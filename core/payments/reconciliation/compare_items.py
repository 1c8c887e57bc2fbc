"""Compare the ledger with what the payment provider moved, item by item."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ....ports.clock import Clock
from ....ports.integrity import Snapshot, Snapshots
from ....ports.language.alarms import AlarmKind
from ....ports.language.events import AlarmRaised
from ....ports.language.integrity import Progress
from ....ports.language.movements import Movement, MovementKind
from ....ports.language.payments import Webhook, WebhookKind
from ....ports.language.reconciliation import Bookmark, Discrepancy, OpenItem
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Webhooks
from ....ports.reconciliation import OpenItems
from ....ports.transaction import Transaction
from ..webhooks.receive_webhook import announcement
from .item_differences import ItemDifference, ItemDifferences
from .open_subjects import subjects_of_transfer

_PAGE = 200
GRACE = timedelta(hours=1)
"""How long the two sides may differ before an alarm is raised."""
_LONG = timedelta(days=1)
"""How long if the exchange knows of it and will record it."""
_REPORTS = {
    MovementKind.CHARGE: WebhookKind.CHARGE_CAPTURED,
    MovementKind.REFUND: WebhookKind.CHARGE_REFUNDED,
    MovementKind.REFUND_FAILURE: WebhookKind.REFUND_CHANGED,
    MovementKind.DISPUTE: WebhookKind.DISPUTE_CHANGED,
    MovementKind.DISPUTE_REVERSAL: WebhookKind.DISPUTE_CHANGED,
    MovementKind.PAYOUT: WebhookKind.PAYOUT_PAID,
    MovementKind.PAYOUT_RETURN: WebhookKind.PAYOUT_FAILED,
}
"""What a movement is reported as, if its webhook did not come."""


@dataclass(frozen=True, slots=True)
class CompareItems:
    """Compares every open item, and closes those in which both sides agree.

    What the provider moved and the exchange has not heard of is handled like its webhook, which was
    lost. Any other difference that is older than the time of grace raises an alarm, once for each
    text.
    """

    transaction: Transaction
    snapshots: Snapshots
    open_items: OpenItems
    ledger: Ledger
    webhooks: Webhooks
    outbox: Outbox
    clock: Clock
    differences: ItemDifferences

    async def open(self, *, whole: bool) -> AsyncIterator[Progress]:
        """Open what the ledger moved at the provider since the last time, or all that it moved.

        What is younger than the time of grace is read again the next time, because transactions
        that are under way may add transfers before it.
        """
        done = 0
        bookmark = await self.open_items.bookmark()
        sequence, is_settled = 0 if whole else bookmark.ledger, True
        yield Progress("ledger", 0, 0)
        while page := await self.ledger.moved_after(sequence, _PAGE):
            settled_before = self.clock.now() - GRACE
            async with self.transaction():
                await self.open_items.open(
                    {
                        subject: posted.transfer.at
                        for posted in reversed(page)
                        for subject in subjects_of_transfer(posted.transfer, whole=whole)
                    }
                )
                for posted in page:
                    is_settled = is_settled and posted.transfer.at <= settled_before
                    if is_settled and posted.sequence > bookmark.ledger:
                        bookmark = Bookmark(posted.sequence, bookmark.finished_at)
                await self.open_items.move(bookmark)
            sequence = page[-1].sequence
            done += len(page)
            yield Progress("ledger", done, done)

    async def close(self) -> AsyncIterator[Progress]:
        """Close the open items in which both sides agree. Raises Unavailable."""
        done, after = 0, ""
        yield Progress("items", 0, 0)
        async with self.snapshots() as snapshot:
            while items := await self.open_items.page(after, _PAGE):
                await self._differing(snapshot, items)
                after, done = items[-1].subject, done + len(items)
                yield Progress("items", done, done)

    async def report(self, before: datetime) -> AsyncIterator[Discrepancy]:
        """Yield the items from before an instant that still differ, and act on them.

        Raises Unavailable.
        """
        after = ""
        async with self.snapshots() as snapshot:
            while items := await self.open_items.page(after, _PAGE):
                for found in await self._differing(snapshot, items):
                    if found.item.since <= before:
                        yield await self._act_on(found)
                after = items[-1].subject

    async def _differing(
        self, snapshot: Snapshot, items: Iterable[OpenItem]
    ) -> list[ItemDifference]:
        """Return the items that differ, and close the others."""
        compared = list(items)
        found = await self.differences(snapshot, compared)
        differ = {each.item.subject for each in found}
        async with self.transaction():
            await self.open_items.close([each for each in compared if each.subject not in differ])
        return found

    async def _act_on(self, found: ItemDifference) -> Discrepancy:
        item, age = found.item, self.clock.now() - found.item.since
        # What the exchange waits for may be just the report that was lost.
        is_late = age >= (_LONG if found.is_under_way else GRACE)
        async with self.transaction():
            may_report = age >= GRACE or not found.is_under_way
            is_new = may_report and await self._report_missing(found.unnamed)
            if is_late and not is_new and found.what != item.told:
                what = f"The ledger and the payment provider differ: {item.subject}: {found.what}."
                await self.outbox.add(AlarmRaised(AlarmKind.RECONCILIATION, found.order_id, what))
                await self.open_items.tell(item.subject, found.what)
        return Discrepancy(item.subject, found.what, found.is_under_way or is_new)

    async def _report_missing(self, unnamed: Iterable[Movement]) -> bool:
        """Store what nobody has reported like a webhook. Return whether any of it is new."""
        is_new = False
        returned: dict[str, int] = {}
        for movement in unnamed:
            kind = _REPORTS.get(movement.kind)
            if kind is None:
                continue
            amount = movement.amount
            if kind is WebhookKind.PAYOUT_FAILED:  # it tells the total so far
                amount = returned[movement.name] = returned.get(movement.name, 0) + amount
            webhook = Webhook(
                id=f"movement:{movement.place}",
                kind=kind,
                order_id=movement.order_id,
                charge_id=movement.name
                if kind is WebhookKind.CHARGE_CAPTURED
                else movement.charge_id,
                amount=amount,
                reference=None if kind is WebhookKind.CHARGE_CAPTURED else movement.name,
            )
            if await self.webhooks.store(webhook):
                await self.outbox.add(announcement(webhook))
                is_new = True
        return is_new
