"""Finds the transfers of movements in a snapshot."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ....ports.integrity import Snapshot
from ....ports.language.ids import OrderId
from ....ports.language.integrity import BookedTransfer
from ....ports.language.movements import Movement
from ....ports.language.payments import AccountKind


async def suspense_of(
    snapshot: Snapshot, movements: Iterable[Movement]
) -> Mapping[str, Sequence[BookedTransfer]]:
    """Return the transfers in suspense under the names of these movements."""
    names = {movement.account for movement in movements}
    return by_account(await snapshot.transfers_in_suspense(names))


def by_account(transfers: Iterable[BookedTransfer]) -> dict[str, list[BookedTransfer]]:
    """Return transfers by the names of the accounts in suspense or disputed that they touch."""
    found: defaultdict[str, list[BookedTransfer]] = defaultdict(list)
    for transfer in transfers:
        owners = {
            entry.account.owner
            for entry in transfer.entries
            if entry.account.kind in (AccountKind.SUSPENSE, AccountKind.DISPUTED)
        }
        for owner in owners:
            found[owner].append(transfer)
    return found


def with_suspense(
    transfers: Iterable[BookedTransfer],
    suspense: Mapping[str, Sequence[BookedTransfer]],
    movements: Iterable[Movement],
) -> list[BookedTransfer]:
    """Return an order's transfers with those in suspense under the names of its movements."""
    all_ = {transfer.id: transfer for transfer in transfers}
    for movement in movements:
        all_ |= {transfer.id: transfer for transfer in suspense.get(movement.account, ())}
    return list(all_.values())


def by_order(movements: Iterable[Movement]) -> dict[OrderId, list[Movement]]:
    """Return the movements of each order."""
    found: defaultdict[OrderId, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.order_id is not None:
            found[movement.order_id].append(movement)
    return found
