"""Finds how open items differ, in one snapshot of the ledger."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ....ports.integrity import Snapshot
from ....ports.language.currencies import Currency
from ....ports.language.ids import OrderId
from ....ports.language.integrity import BookedOrder, BookedTransfer, Trade
from ....ports.language.messages import Queue
from ....ports.language.movements import Movement
from ....ports.language.payments import Transfer
from ....ports.language.reconciliation import OpenItem
from ....ports.reconciliation import ProviderRecords
from .booked_movements import by_account, by_order, suspense_of, with_suspense
from .open_subjects import name_in, order_in, place_in
from .own_movements import own_transfers, place_of
from .provider_consistency import BACK, Difference, differences, is_underway, unknown_names

_OF_MONEY = (Queue.TRADE, Queue.CHARGES, Queue.REFUNDS, Queue.PAYOUTS)


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """How an open item differs, and what the provider moved that the ledger does not name."""

    item: OpenItem
    what: str
    order_id: OrderId | None = None
    unnamed: Sequence[Movement] = ()
    is_under_way: bool = False


@dataclass(frozen=True, slots=True)
class ItemDifferences:
    """Compares open items with the movements that were read."""

    records: ProviderRecords
    currency: Currency

    async def __call__(self, snapshot: Snapshot, items: Sequence[OpenItem]) -> list[ItemDifference]:
        """Return the items that differ. Raises Unavailable."""
        by_name = {name: each for each in items if (name := name_in(each.subject)) is not None}
        named = await self.records.under(by_name)
        of_orders = {id_: each for each in items if (id_ := order_in(each.subject)) is not None}
        # What waited in suspense may be an order's by now.
        assigned = {
            movement.order_id: by_name[movement.account]
            for movement in named
            if movement.order_id is not None and movement.order_id not in of_orders
        }
        found = await self._of_orders(snapshot, {**of_orders, **assigned})
        known = {movement.account for movement in named if movement.order_id is not None}
        free = {name: each for name, each in by_name.items() if name not in known}
        found += await self._of_names(snapshot, free, named)
        found += await self._of_places(snapshot, items)
        found += [self._nameless(each) for each in items if each.subject.startswith("transfer ")]
        return found

    async def _of_orders(
        self, snapshot: Snapshot, items: dict[OrderId, OpenItem]
    ) -> list[ItemDifference]:
        movements = by_order(await self.records.of_orders(items))
        suspense = await suspense_of(snapshot, (m for of in movements.values() for m in of))
        found: dict[OrderId, tuple[Trade, list[Difference], list[str]]] = {}
        for trade in await snapshot.trades_of(list(items)):
            there = movements.get(trade.id, [])
            here = with_suspense(trade.transfers, suspense, there)
            differing = list(differences(f"order {trade.id}", here, there))
            names = [finding.problem for finding in unknown_names(_booked(trade), there)]
            if differing or names:
                found[trade.id] = trade, differing, names
        waiting = await snapshot.unsettled(list(found), _OF_MONEY)
        return [
            ItemDifference(
                item=items[order_id],
                what="; ".join([each.text(self.currency) for each in differing] + names),
                order_id=order_id if trade.order is not None else None,
                unnamed=_unnamed(movements.get(order_id, ()), _names_of(trade), differing),
                is_under_way=not names
                and all(
                    is_underway(trade, each) or (order_id in waiting and each.there > each.here)
                    for each in differing
                ),
            )
            for order_id, (trade, differing, names) in found.items()
        ]

    async def _of_names(
        self, snapshot: Snapshot, items: dict[str, OpenItem], named: Iterable[Movement]
    ) -> list[ItemDifference]:
        movements = list(named)
        transfers = by_account(await snapshot.transfers_in_suspense(list(items)))
        found: list[ItemDifference] = []
        for name, item in items.items():
            there = [movement for movement in movements if movement.account == name]
            here = transfers.get(name, [])
            differing = list(differences(name, here, there))
            texts = [each.text(self.currency) for each in differing]
            if texts:
                unnamed = _unnamed(there, _parts(here), differing)
                found.append(ItemDifference(item, "; ".join(texts), unnamed=unnamed))
        return found

    async def _of_places(
        self, snapshot: Snapshot, items: Sequence[OpenItem]
    ) -> list[ItemDifference]:
        """Compare what is booked by the movement alone: each transfer as a whole."""
        by_place = {place: each for each in items if (place := place_in(each.subject)) is not None}
        movements = await self.records.at(list(by_place))
        ids = [f"{step}:{place}" for place in by_place for step in _STEPS]
        booked: dict[str, list[BookedTransfer]] = {}
        for transfer in await snapshot.transfers_by_id(ids):
            booked.setdefault(place_of(transfer.id) or "", []).append(transfer)
        found: list[ItemDifference] = []
        for place, item in by_place.items():
            here = booked.get(place, [])
            movement = movements.get(place)
            there = [] if movement is None else list(own_transfers(movement, item.since))
            if _entries(here) != _entries(there):
                found.append(ItemDifference(item, self._own(movement, there, here)))
        return found

    def _own(
        self,
        movement: Movement | None,
        there: Iterable[Transfer],
        here: Iterable[BookedTransfer],
    ) -> str:
        what = "nothing" if movement is None else f"the {movement.kind} {movement.name}"
        amounts = [self._amounts(each) for each in (there, here)]
        return f"the provider moved {amounts[0]} ({what}), and the ledger has {amounts[1]}"

    def _amounts(self, transfers: Iterable[Transfer | BookedTransfer]) -> str:
        entries = sorted(_entries(transfers))
        told = [f"{self.currency.plain(amount)} of {kind}" for _, kind, _, amount in entries]
        return " and ".join(each for each in told if not each.endswith(" world")) or "nothing"

    def _nameless(self, item: OpenItem) -> ItemDifference:
        what = "the ledger has it at the provider under no name, so nothing there can be the same"
        return ItemDifference(item, what)


_STEPS = ("withdrawal", "withdrawal_failure", "top_up", "top_up_reversal", "fee", "other")


def _booked(trade: Trade) -> BookedOrder:
    payment, payout = trade.payment, trade.payout
    return BookedOrder(
        trade.id,
        trade.transfers,
        None if payment is None else payment.charge_id,
        None if payment is None else payment.refund_id,
        None if payout is None else payout.payout_id,
    )


def _names_of(trade: Trade) -> set[str | None]:
    """Return the provider's names that the exchange has for what it moved for an order."""
    booked = _booked(trade)
    return {booked.charge_id, booked.refund_id, booked.payout_id, *_parts(trade.transfers)}


def _unnamed(
    movements: Iterable[Movement], known: Collection[str | None], differing: Iterable[Difference]
) -> list[Movement]:
    """Return the movements that the ledger does not have, by their names.

    What came back has the name of what had gone, so there the amounts tell.
    """
    back = {each.kind for each in differing if each.there < each.here}
    return [
        movement
        for movement in movements
        if movement.name not in known or BACK.get(movement.kind) in back
    ]


def _parts(transfers: Iterable[BookedTransfer]) -> Collection[str]:
    return {part for transfer in transfers for part in transfer.id.split(":")}


def _entries(transfers: Iterable[Transfer | BookedTransfer]) -> set[tuple[str, str, str, int]]:
    return {
        (transfer.id, entry.account.kind, entry.account.owner, entry.amount)
        for transfer in transfers
        for entry in transfer.entries
    }
