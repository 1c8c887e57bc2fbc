"""Verify the ledger against the payment provider."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from ....ports.integrity import Report, Snapshot, Snapshots, Verifier
from ....ports.language.currencies import Currency
from ....ports.language.ids import OrderId
from ....ports.language.integrity import (
    BookedOrder,
    BookedTransfer,
    Check,
    Finding,
    Progress,
    Underway,
)
from ....ports.language.messages import Queue
from ....ports.language.money import Cents
from ....ports.language.movements import Movement
from ....ports.language.payments import AccountKind, Entry, Transfer
from ....ports.payment_provider import PaymentProvider
from ..patience import Patience
from .booked_movements import by_account, by_order, suspense_of, with_suspense
from .own_movements import ACCOUNTS, own_transfers
from .provider_consistency import Difference, differences, is_underway, unknown_names

T = TypeVar("T")

_PAGE = 500
_MOST_FRESH = 50_000
_ANY_TIME = datetime.max.replace(tzinfo=UTC)
_OF_MONEY = (Queue.TRADE, Queue.CHARGES, Queue.REFUNDS, Queue.PAYOUTS)


@dataclass(slots=True)
class _Pass:
    """What the first pass has found."""

    booked: Cents = 0
    """What the compared transfers say that the provider holds."""
    orders: list[OrderId] = field(default_factory=list)
    """Orders that differ, and are compared again."""
    unassigned: list[Movement] = field(default_factory=list)
    """Movements for no known order."""
    fresh: dict[OrderId, list[Movement]] | None = field(default_factory=dict)
    """By order, movements that were not read before the snapshot.

    None if the provider must be asked about each order, because they are of too many orders or
    what was read before has changed.
    """

    def add_fresh(self, movements: Iterable[Movement]) -> None:
        """Add movements that were not read before."""
        for movement in movements:
            if self.fresh is not None and movement.order_id is not None:
                self.fresh.setdefault(movement.order_id, []).append(movement)
                if len(self.fresh) > _MOST_FRESH:
                    self.fresh = None


@dataclass(frozen=True, slots=True)
class VerifyProvider(Verifier):
    """Compares all that the provider moved with the ledger, to the minor unit.

    Every movement is read in pages and compared with what was read of it before, so that no order
    has to be asked about on its own.

    The provider is read after the snapshot, so it may be ahead. An order that differs is compared
    again with a new snapshot, between two reads of the provider, and reported if it differs from
    both. What the exchange has asked for and has no answer to is under way, and no contradiction.
    """

    snapshots: Snapshots
    provider: PaymentProvider
    patience: Patience
    currency: Currency

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and what differs. Raises Unavailable."""
        total, done, found = (await snapshot.size()).trades, 0, _Pass()
        async for report in self._read(snapshot, found):
            yield report
        yield Progress("provider", 0, total)
        page = await snapshot.booked(None, _PAGE)
        while page:
            for finding in await self._compare(snapshot, page, found):
                yield finding
            done += len(page)
            yield Progress("provider", done, total)
            page = await snapshot.booked(page[-1].id, _PAGE)
        differing = await self._compare_unassigned(snapshot, found)
        for finding in await self._still_unassigned(differing):
            yield finding
        rest = await snapshot.held_for_world() - found.booked
        if rest:
            yield Finding(
                Check.PROVIDER,
                "ledger",
                f"it has {self.currency.plain(rest)} at the provider under names that the "
                "provider does not know",
            )
        for order_ids in _portions(found.orders):
            for report in await self._again(order_ids):
                yield report

    async def _compare(
        self,
        snapshot: Snapshot,
        page: Sequence[BookedOrder],
        found: _Pass,
    ) -> list[Finding]:
        """Return names that the provider does not know, and note the orders that differ."""
        unknown: list[Finding] = []
        movements = await self._movements(snapshot, [order.id for order in page], found)
        suspense = await suspense_of(snapshot, movements)
        of_orders = by_order(movements)
        for order in page:
            there = of_orders.get(order.id, [])
            here = with_suspense(order.transfers, suspense, there)
            found.booked += _held(here)
            if any(differences(_named(order.id), here, there)):
                found.orders.append(order.id)
            unknown += unknown_names(order, there)
        return unknown

    async def _read(self, snapshot: Snapshot, found: _Pass) -> AsyncIterator[Report]:
        """Read all movements of the provider, and compare each with what was read of it before.

        What was read before can then take the place of asking about each order.
        """
        known, number = 0, 0
        yield Progress("movements", 0, 0)
        page = await self.patience.wait_for(self.provider.movements("", _PAGE))
        while page:
            before = await snapshot.movements_at([movement.place for movement in page])
            known += len(before)
            for report in await self._compare_own(snapshot, page, before, found):
                yield report
            order_ids = {m.order_id for m in page if m.order_id is not None}
            unknown = await snapshot.unknown_orders(order_ids)
            others = [movement for movement in page if movement.kind not in ACCOUNTS]
            found.unassigned += [m for m in others if m.order_id is None or m.order_id in unknown]
            found.add_fresh(m for m in others if m.place not in before)
            number += len(page)
            yield Progress("movements", number, number)
            page = await self.patience.wait_for(self.provider.movements(page[-1].place, _PAGE))
        if known < await snapshot.number_of_movements():
            found.fresh = None  # something is gone, so each order is asked about

    async def _compare_own(
        self,
        snapshot: Snapshot,
        page: Sequence[Movement],
        before: Mapping[str, Movement],
        found: _Pass,
    ) -> list[Report]:
        """Compare a page with what was read before, and with what was booked of it then."""
        own = {m.place: list(own_transfers(m, _ANY_TIME)) for m in page}
        ids = [transfer.id for of_place in own.values() for transfer in of_place]
        here = {each.id: each for each in await snapshot.transfers_by_id(ids)}
        found.booked += _held(here.values())
        reports: list[Report] = []
        for movement in page:
            known = before.get(movement.place)
            subject, told = f"movement {movement.place}", self._told(movement)
            if known is not None and known.essence != movement.essence:
                what = f"the provider has {told}, and had {self._told(known)} before"
                reports.append(Finding(Check.PROVIDER, subject, what))
                found.fresh = None
            for transfer in own[movement.place]:
                booked = here.get(transfer.id)
                if booked is not None and _same(booked, transfer):
                    continue
                what = f"the provider has {told}, and the ledger has not {transfer.id} as it should"
                if known is None and booked is None:
                    what = f"the provider has {told}, which is booked at the next reconciliation"
                    reports.append(Underway(subject, what))
                else:
                    reports.append(Finding(Check.PROVIDER, subject, what))
        return reports

    def _told(self, movement: Movement) -> str:
        plain = self.currency.plain
        fee = f" with a fee of {plain(movement.fee)}" if movement.fee else ""
        return f"{movement.kind} {movement.name} of {plain(movement.amount)}{fee}"

    async def _movements(
        self, snapshot: Snapshot, order_ids: Collection[OrderId], found: _Pass
    ) -> Sequence[Movement]:
        """Return the movements of orders, without asking the provider about each if possible."""
        if found.fresh is None:
            return await self._movements_of(order_ids)
        fresh = [m for order_id in order_ids for m in found.fresh.get(order_id, ())]
        return [*await snapshot.movements_read(order_ids), *fresh]

    async def _compare_unassigned(self, snapshot: Snapshot, found: _Pass) -> list[Movement]:
        """Return the movements for no known order whose names the ledger has otherwise."""
        differing: list[Movement] = []
        for by_name in _by_name(found.unassigned):
            suspense = by_account(await snapshot.transfers_in_suspense(by_name))
            for name, movements in by_name.items():
                here = suspense.get(name, [])
                found.booked += _held(here)
                if any(_differences(name, here, movements)):
                    differing += movements
        return differing

    async def _still_unassigned(self, movements: Sequence[Movement]) -> list[Finding]:
        """Compare movements again with a new snapshot, which knows the orders made meanwhile."""
        if not movements:
            return []
        findings: list[Finding] = []
        async with self.snapshots() as snapshot:
            for by_name in _by_name(movements):
                named = (m.order_id for page in by_name.values() for m in page)
                order_ids = {order_id for order_id in named if order_id is not None}
                unknown = {None, *await snapshot.unknown_orders(order_ids)}
                suspense = by_account(await snapshot.transfers_in_suspense(by_name))
                for name, page in by_name.items():
                    there = [movement for movement in page if movement.order_id in unknown]
                    if there:
                        found = _differences(name, suspense.get(name, []), there)
                        findings += [difference.finding(self.currency) for difference in found]
        return findings

    async def _again(self, order_ids: Sequence[OrderId]) -> list[Report]:
        """Compare orders again, between two reads of the provider."""
        before = await self._movements_of(order_ids)
        async with self.snapshots() as snapshot:
            trades = await snapshot.trades_of(order_ids)
            unsettled = await snapshot.unsettled(order_ids, _OF_MONEY)
            after = await self._movements_of(order_ids)
            suspense = await suspense_of(snapshot, after)
        there = by_order(before), by_order(after)
        reports: list[Report] = []
        for trade in trades:
            found = [
                list(
                    differences(
                        _named(trade.id),
                        with_suspense(trade.transfers, suspense, moves.get(trade.id, [])),
                        moves.get(trade.id, []),
                    )
                )
                for moves in there
            ]
            kinds = {difference.kind for difference in found[0]}
            for difference in found[1]:
                if difference.kind in kinds:
                    waits = trade.id in unsettled and difference.there > difference.here
                    if waits or is_underway(trade, difference):
                        reports.append(difference.underway(self.currency))
                    else:
                        reports.append(difference.finding(self.currency))
        return reports

    async def _movements_of(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        return await self.patience.wait_for(self.provider.movements_of(order_ids))


def _same(booked: BookedTransfer, transfer: Transfer) -> bool:
    return sorted(map(_entry, booked.entries)) == sorted(map(_entry, transfer.entries))


def _entry(entry: Entry) -> tuple[str, str, Cents]:
    return entry.account.kind, entry.account.owner, entry.amount


def _held(transfers: Iterable[BookedTransfer]) -> Cents:
    """Return what transfers say that the provider holds."""
    return -sum(transfer.total(AccountKind.WORLD) for transfer in transfers)


def _by_name(movements: Iterable[Movement]) -> Iterator[dict[str, list[Movement]]]:
    """Yield the movements by the name under which they are in suspense, in portions."""
    by_name: defaultdict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        by_name[movement.account].append(movement)
    for names in _portions(by_name):
        yield {name: by_name[name] for name in names}


def _differences(
    name: str, here: Iterable[BookedTransfer], there: Sequence[Movement]
) -> Iterator[Difference]:
    return differences(f"movement {name} for no order", here, there)


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items in portions of a page."""
    left = iter(items)
    while portion := list(islice(left, _PAGE)):
        yield portion


def _named(order_id: OrderId) -> str:
    return f"order {order_id}"
