"""Read what the payment provider moved, and book what only it knows."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ....ports.clock import Clock
from ....ports.language.alarms import AlarmKind
from ....ports.language.currencies import Currency
from ....ports.language.events import AlarmRaised
from ....ports.language.integrity import Progress
from ....ports.language.movements import Movement, MovementKind
from ....ports.language.reconciliation import Discrepancy
from ....ports.outbox import Outbox
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Ledger
from ....ports.reconciliation import OpenItems, ProviderRecords
from ....ports.transaction import Transaction
from ..patience import Patience
from .open_subjects import subjects_of
from .own_movements import own_transfers

_PAGE = 100
_AGAIN = 100
"""So many movements are read again, in case one of them was not shown at first."""
_STAGE = "movements"


@dataclass(frozen=True, slots=True)
class ReadMovements:
    """Stores the provider's movements, page by page, after those that are stored.

    Fees, withdrawals, top-ups and movements of other kinds are booked with them, in one
    transaction, so a run that was interrupted goes on where it was. Several may run at once: each
    movement is stored once, and each transfer has one id. All other movements become open items,
    which are compared with the ledger afterwards.
    """

    transaction: Transaction
    records: ProviderRecords
    open_items: OpenItems
    ledger: Ledger
    outbox: Outbox
    provider: PaymentProvider
    clock: Clock
    patience: Patience
    currency: Currency

    async def __call__(self, *, whole: bool = False) -> AsyncIterator[Progress | Discrepancy]:
        """Read on, or all from the first if `whole`. Yield progress, and what the provider changed.

        Raises Unavailable.
        """
        began = self.clock.now()
        place = "" if whole else await self.records.place_before_last(_AGAIN)
        done = 0
        yield Progress(_STAGE, 0, 0)
        while page := await self.patience.wait_for(self.provider.movements(place, _PAGE)):
            for discrepancy in await self._take(page, whole=whole):
                yield discrepancy
            done += len(page)
            yield Progress(_STAGE, done, done)
            place = page[-1].place
        if whole:
            for movement in await self.records.not_read_since(began, _PAGE):
                yield self._changed(movement, None)

    async def _take(self, page: Sequence[Movement], *, whole: bool) -> list[Discrepancy]:
        """Store a page and return the movements that differ from what was stored before."""
        known = await self.records.at([movement.place for movement in page])
        now = self.clock.now()
        async with self.transaction():
            new = await self.records.add(page, now)
            if whole:
                await self.records.note_read(list(known), now)
            for movement in new:
                await self._book(movement, now)
            await self.open_items.open(
                {
                    subject: min(movement.at or now, now)
                    for movement in reversed(page if whole else new)
                    for subject in subjects_of(movement, whole=whole)
                }
            )
            changed = [
                self._changed(known[movement.place], movement)
                for movement in page
                if known.get(movement.place, movement).essence != movement.essence
            ]
            for discrepancy in changed:
                what = f"The payment provider changed its records: {discrepancy}."
                await self.outbox.add(AlarmRaised(AlarmKind.RECONCILIATION, None, what))
        return changed

    async def _book(self, movement: Movement, now: datetime) -> None:
        for transfer in own_transfers(movement, movement.at or now):
            await self.ledger.post(transfer)
        if movement.kind is MovementKind.OTHER:
            what = (
                f"The provider moved {self.currency.plain(movement.gross)} of a kind that is not "
                f"known, {movement.type or 'without a name'}: {movement.place}."
            )
            await self.outbox.add(AlarmRaised(AlarmKind.RECONCILIATION, None, what))

    def _changed(self, before: Movement, now: Movement | None) -> Discrepancy:
        plain = self.currency.plain
        was = f"the provider had {before.kind} {before.name} of {plain(before.change)} before"
        what = (
            "has none now" if now is None else f"has {now.kind} {now.name} of {plain(now.change)}"
        )
        return Discrepancy(f"movement {before.place}", f"{was}, and {what}")
