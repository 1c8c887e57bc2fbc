"""The transfers of the ledger.

The buyer's payment fills an order's escrow. It is then either refunded to the buyer or settled into
the shares of the seller, the platform and the shipper. The transfers of requested refunds are in
`refunds.py`. A transfer's id is derived from the order and the step, so a repeated step moves money
once.
"""

from collections.abc import Mapping
from datetime import datetime

from ...ports.language.events import PayoutDue
from ...ports.language.ids import OrderId, UserId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import Account, AccountKind, Charge, Entry, Transfer

WORLD = Account(AccountKind.WORLD)


def escrow(order_id: OrderId) -> Account:
    """Return the order's escrow account."""
    return Account(AccountKind.ESCROW, str(order_id))


def payable(seller_id: UserId) -> Account:
    """Return the account of what the exchange owes the seller."""
    return Account.payable(seller_id)


def debt(user_id: UserId) -> Account:
    """Return the account of what the user owes, as a negative balance."""
    return Account.debt(user_id)


def captured(
    order_id: OrderId,
    charge: Charge,
    at: datetime,
    *,
    charged_before: Cents = 0,
    refunded_before: Cents = 0,
) -> Transfer:
    """Return the transfer of a charge into escrow.

    `charged_before` and `refunded_before` leave suspense: they were booked before the order was
    known.
    """
    entries = (
        Entry(WORLD, charged_before - charge.amount),
        Entry(suspense(charge.id), refunded_before - charged_before),
        Entry(escrow(order_id), charge.amount - refunded_before),
    )
    moved = tuple(entry for entry in entries if entry.amount)
    return Transfer(f"{order_id}:capture", order_id, at, moved)


def refunded_unasked(order_id: OrderId, name: str, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of an unasked refund; `name` is the provider's name of it.

    It leaves a shortfall in the escrow until an admin decides who bears it.
    """
    transfer_id = unasked_refund_id(order_id, name)
    return _move(transfer_id, order_id, at, escrow(order_id), WORLD, amount)


def unasked_refund_id(order_id: OrderId, name: str) -> str:
    """Return the id of the transfer of an unasked refund, or of another one after a failure."""
    return f"{order_id}:refund:{name}"


def rest_of(name: str, number: int) -> str:
    """Return the name of a later part, from 1, of a refund that was first booked in part."""
    return f"{name}:rest:{number}"


def rest_id(order_id: OrderId, name: str, number: int) -> str:
    """Return the id of the transfer of such a part."""
    return unasked_refund_id(order_id, rest_of(name, number))


def to_world(transfer: Transfer) -> Cents:
    """Return what a transfer moved out of the exchange."""
    return sum(e.amount for e in transfer.entries if e.account.kind is AccountKind.WORLD)


def refund_failed(order_id: OrderId, name: str, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of a refund that came back into the escrow."""
    transfer_id = refund_failed_id(order_id, name)
    return _move(transfer_id, order_id, at, WORLD, escrow(order_id), amount)


def refund_failed_id(order_id: OrderId, name: str) -> str:
    """Return the id of the transfer of a refund that failed; `name` is the provider's name."""
    return f"{order_id}:refund-failed:{name}"


def refund_kept(
    order_id: OrderId, name: str | None, amount: Cents, to: Account, at: datetime
) -> Transfer:
    """Return the transfer of what is kept of a refund that failed and is not owed again.

    `name` is None if no refund was booked that shared out the escrow. Then this does.
    """
    transfer_id = f"{order_id}:refund"
    if name is not None:
        transfer_id = f"{refund_failed_id(order_id, name)}:kept"
    return _move(transfer_id, order_id, at, escrow(order_id), to, amount)


def refund_beyond(order_id: OrderId, name: str, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of a refund of money that a bank had taken back already: a loss."""
    return _move(refund_beyond_id(order_id, name), order_id, at, losses(), WORLD, amount)


def refund_beyond_id(order_id: OrderId, name: str) -> str:
    """Return the id of the transfer of such a refund; `name` is the provider's name."""
    return f"{order_id}:refund-beyond:{name}"


def refund_beyond_failed(order_id: OrderId, name: str, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of such a refund that came back."""
    transfer_id = f"{order_id}:refund-beyond-failed:{name}"
    return _move(transfer_id, order_id, at, WORLD, losses(), amount)


def refunded_again(
    order_id: OrderId, name: str, back: Cents, rest: Cents, to: Account, at: datetime
) -> Transfer:
    """Return the transfer of another refund after one that failed; `rest` is kept.

    It is named like an unasked refund, by the provider's name of it.
    """
    taken = {escrow(order_id): -back - rest, WORLD: back, to: rest}
    entries = tuple(Entry(account, amount) for account, amount in taken.items() if amount)
    return Transfer(unasked_refund_id(order_id, name), order_id, at, entries)


def refunded_otherwise(order_id: OrderId, number: int, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of a refund that the exchange paid from elsewhere, so it keeps this."""
    transfer_id = refunded_otherwise_id(order_id, number)
    return _move(transfer_id, order_id, at, escrow(order_id), losses(), amount)


def refunded_otherwise_id(order_id: OrderId, number: int) -> str:
    """Return the id of the transfer of such a refund; `number` counts those that failed before."""
    return f"{order_id}:refund-otherwise:{number}"


def settled(due: PayoutDue, debt_settled: Cents, at: datetime) -> Transfer:
    """Return the transfer that shares out the escrow and settles part of the seller's debt."""
    total = due.price + due.shipping_fee
    entries = [
        Entry(escrow(due.order_id), -total),
        Entry(payable(due.seller_id), due.payout - debt_settled),
        Entry(Account(AccountKind.FEES), due.transaction_fee),
        Entry(Account(AccountKind.PROCESSING), due.processing_fee),
        Entry(Account(AccountKind.SHIPPING), due.shipping_fee),
        Entry(debt(due.seller_id), debt_settled),
    ]
    moved = tuple(entry for entry in entries if entry.amount)
    return Transfer(f"{due.order_id}:settle", due.order_id, at, moved)


def paid_out(
    order_id: OrderId, seller_id: UserId, name: str, owed: Cents, excess: Cents, at: datetime
) -> Transfer:
    """Return the transfer of a payout; an excess becomes the seller's debt.

    `name` is the provider's name of the payout.
    """
    sources = {payable(seller_id): owed, debt(seller_id): excess}
    taken = tuple(Entry(account, -amount) for account, amount in sources.items() if amount)
    entries = (*taken, Entry(WORLD, owed + excess))
    return Transfer(payout_transfer_id(order_id, name), order_id, at, entries)


def payout_transfer_id(order_id: OrderId, name: str) -> str:
    """Return the id of the transfer of a payout."""
    return f"{order_id}:payout:{name}"


def came_back(paid: Transfer, number: int, known: Cents, total: Cents, at: datetime) -> Transfer:
    """Return the transfer of what came back of a payout between two totals.

    What the seller was not owed comes back first, because it is a debt.
    """
    entries = [Entry(WORLD, known - total)]
    for entry in sorted(paid.entries, key=lambda each: each.account.kind is not AccountKind.DEBT):
        if entry.amount < 0:
            before, after = min(known, -entry.amount), min(total, -entry.amount)
            known, total = known - before, total - after
            if after > before:
                entries.append(Entry(entry.account, after - before))
    return Transfer(came_back_id(paid, number), paid.order_id, at, tuple(entries))


def came_back_id(paid: Transfer, number: int) -> str:
    """Return the id of the transfer of part number `number` that came back of a payout."""
    return f"{paid.id}:back" if number == 1 else f"{paid.id}:back:{number}"


def suspended(transfer_id: str, name: str, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of money for no known order; it left if the amount is negative."""
    entries = (Entry(WORLD, -amount), Entry(suspense(name), amount))
    return Transfer(transfer_id, None, at, entries)


def suspense(name: str) -> Account:
    """Return the suspense account of a charge, refund or payout, by the provider's name."""
    return Account(AccountKind.SUSPENSE, name)


def penalised(order_id: OrderId, seller_id: UserId, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of a penalty into the seller's debt."""
    penalties = Account(AccountKind.PENALTIES)
    return _move(f"{order_id}:penalty", order_id, at, debt(seller_id), penalties, amount)


def penalty_reversed(
    order_id: OrderId,
    seller_id: UserId,
    shares: Mapping[Account, Cents],
    paid_back: Cents,
    at: datetime,
) -> Transfer:
    """Return the reversal of a penalty to the accounts that bore it and the seller who paid it."""
    credited = {**shares, payable(seller_id): paid_back}
    entries = tuple(Entry(account, amount) for account, amount in credited.items() if amount)
    penalty = Entry(Account(AccountKind.PENALTIES), -sum(credited.values()))
    return Transfer(f"{order_id}:penalty-reversal", order_id, at, (penalty, *entries))


def written_off(transfer_id: str, user_id: UserId, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of a user's debt to the losses. It belongs to no order."""
    return _move(transfer_id, None, at, losses(user_id), debt(user_id), amount)


def suspense_written_off(transfer_id: str, name: str, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer of money in suspense to the losses, as a loss or a gain."""
    entries = (Entry(suspense(name), -amount), Entry(losses(), amount))
    return Transfer(transfer_id, None, at, entries)


def losses(user_id: UserId | None = None) -> Account:
    """Return the account of losses: a user's debts that were written off, or of the exchange."""
    return Account(AccountKind.LOSSES, "" if user_id is None else str(user_id))


def _move(
    transfer_id: str,
    order_id: OrderId | None,
    at: datetime,
    source: Account,
    to: Account,
    amount: Cents,
) -> Transfer:
    ensure(amount > 0, (transfer_id, amount))
    return Transfer(transfer_id, order_id, at, (Entry(source, -amount), Entry(to, amount)))
