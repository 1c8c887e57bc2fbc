"""Verify the ledger against the payment provider."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from ...ports.integrity import Report, Snapshot, Snapshots, Verifier
from ...ports.language.currencies import Currency
from ...ports.language.ids import OrderId
from ...ports.language.integrity import BookedOrder, BookedTransfer, Check, Finding, Progress
from ...ports.language.messages import Queue
from ...ports.language.money import Cents
from ...ports.language.movements import Movement
from ...ports.language.payments import AccountKind
from ...ports.payment_provider import PaymentProvider
from .patience import Patience
from .provider_consistency import Difference, differences, is_underway, unknown_names

T = TypeVar("T")

_PAGE = 500
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


@dataclass(frozen=True, slots=True)
class VerifyProvider(Verifier):
    """Compares every charge, refund and payout of the provider with the ledger, to the minor unit.

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
        yield Progress("provider", 0, total)
        page = await snapshot.booked(None, _PAGE)
        while page:
            for finding in await self._compare(snapshot, page, found):
                yield finding
            done += len(page)
            yield Progress("provider", done, total)
            page = await snapshot.booked(page[-1].id, _PAGE)
        await self._find_unassigned(snapshot, found)
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
        movements = await self._movements_of([order.id for order in page])
        suspense = await _suspense(snapshot, movements)
        by_order = _by_order(movements)
        for order in page:
            there = by_order.get(order.id, [])
            here = _with_suspense(order.transfers, suspense, there)
            found.booked += _held(here)
            if any(differences(_named(order.id), here, there)):
                found.orders.append(order.id)
            unknown += unknown_names(order, there)
        return unknown

    async def _find_unassigned(self, snapshot: Snapshot, found: _Pass) -> None:
        """Find the movements that belong to no known order."""
        page = await self.patience.wait_for(self.provider.movements("", _PAGE))
        while page:
            order_ids = {m.order_id for m in page if m.order_id is not None}
            unknown = await snapshot.unknown_orders(order_ids)
            found.unassigned += [m for m in page if m.order_id is None or m.order_id in unknown]
            page = await self.patience.wait_for(self.provider.movements(page[-1].place, _PAGE))

    async def _compare_unassigned(self, snapshot: Snapshot, found: _Pass) -> list[Movement]:
        """Return the movements for no known order whose names the ledger has otherwise."""
        differing: list[Movement] = []
        for by_name in _by_name(found.unassigned):
            suspense = _by_account(await snapshot.transfers_in_suspense(by_name))
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
                suspense = _by_account(await snapshot.transfers_in_suspense(by_name))
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
            suspense = await _suspense(snapshot, after)
        there = _by_order(before), _by_order(after)
        reports: list[Report] = []
        for trade in trades:
            found = [
                list(
                    differences(
                        _named(trade.id),
                        _with_suspense(trade.transfers, suspense, moves.get(trade.id, [])),
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


async def _suspense(
    snapshot: Snapshot, movements: Iterable[Movement]
) -> Mapping[str, Sequence[BookedTransfer]]:
    """Return the transfers in suspense under the names of these movements."""
    names = {movement.account for movement in movements}
    return _by_account(await snapshot.transfers_in_suspense(names))


def _by_account(transfers: Iterable[BookedTransfer]) -> dict[str, list[BookedTransfer]]:
    by_account: defaultdict[str, list[BookedTransfer]] = defaultdict(list)
    for transfer in transfers:
        owners = {
            entry.account.owner
            for entry in transfer.entries
            if entry.account.kind is AccountKind.SUSPENSE
        }
        for owner in owners:
            by_account[owner].append(transfer)
    return by_account


def _with_suspense(
    transfers: Iterable[BookedTransfer],
    suspense: Mapping[str, Sequence[BookedTransfer]],
    movements: Iterable[Movement],
) -> list[BookedTransfer]:
    """Return an order's transfers with those in suspense under the names of its movements."""
    all_ = {transfer.id: transfer for transfer in transfers}
    for movement in movements:
        all_ |= {transfer.id: transfer for transfer in suspense.get(movement.account, ())}
    return list(all_.values())


def _by_order(movements: Iterable[Movement]) -> dict[OrderId, list[Movement]]:
    by_order: defaultdict[OrderId, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.order_id is not None:
            by_order[movement.order_id].append(movement)
    return by_order


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
