"""The transfers of disputes.

What the bank takes back waits on an account of the charge until the bank decides. So the escrow
of the order stays whole, and the trade can go on. The provider's movements belong to no order,
because the order of a charge may become known later.
"""

from datetime import datetime

from ....ports.language.disputes import Dispute
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.payments import Account, AccountKind, Entry, Transfer
from ..transfers import WORLD, escrow, losses, suspense


def disputed(charge_id: str) -> Account:
    """Return the account of what banks took back of a charge."""
    return Account(AccountKind.DISPUTED, charge_id)


def moved(before: Dispute, after: Dispute, at: datetime) -> tuple[Transfer, ...]:
    """Return the transfers of what the provider moved between two states of a dispute.

    Each is named by the total so far, so it is made once.
    """
    transfers: list[Transfer] = []
    for step, change, total in (
        ("withdrawn", after.withdrawn - before.withdrawn, after.withdrawn),
        ("reinstated", before.reinstated - after.reinstated, after.reinstated),
    ):
        if change:
            entries = (Entry(disputed(after.charge_id), -change), Entry(WORLD, change))
            transfers.append(Transfer(f"dispute:{after.name}:{step}:{total}", None, at, entries))
    return tuple(transfers)


def lost(dispute: Dispute, order_id: OrderId | None, of_escrow: Cents, at: datetime) -> Transfer:
    """Return the transfer that balances the account of a lost dispute.

    `of_escrow` comes from the escrow of the order, and the exchange bears the rest. What came back
    after the loss is a gain. If the charge is in suspense, all comes from there.
    """
    left = dispute.outstanding
    sources = {suspense(dispute.charge_id): left}
    if order_id is not None:
        sources = {escrow(order_id): of_escrow, losses(): left - of_escrow}
    taken = tuple(Entry(account, -amount) for account, amount in sources.items() if amount)
    step = f"dispute:{dispute.name}:lost:{dispute.withdrawn}:{dispute.reinstated}"
    transfer_id = step if order_id is None else f"{order_id}:{step}"
    return Transfer(transfer_id, order_id, at, (*taken, Entry(disputed(dispute.charge_id), left)))
