"""The transfers of the ledger: every way in which money moves.

An order's escrow fills with the buyer's payment, and empties in one of two ways: back to the
buyer, or settled into what the seller, the platform and the shipper are due. A refund that does not
come from the escrow is in `refunds.py`. Each transfer's id is made of the order and the step, so
that a step that is taken twice moves money once.
"""

from collections.abc import Mapping
from datetime import datetime

from ...ports.language.events import PayoutDue
from ...ports.language.ids import OrderId, UserId
from ...ports.language.money import Cents
from ...ports.language.payments import Account, AccountKind, Charge, Entry, Transfer

WORLD = Account(AccountKind.WORLD)


def escrow(order_id: OrderId) -> Account:
    """The order's escrow."""
    return Account(AccountKind.ESCROW, str(order_id))


def payable(seller_id: UserId) -> Account:
    """What is owed to the seller."""
    return Account.payable(seller_id)


def debt(seller_id: UserId) -> Account:
    """What the seller owes, as a negative balance."""
    return Account.debt(seller_id)


def captured(
    order_id: OrderId,
    charge: Charge,
    at: datetime,
    *,
    came: Cents = 0,
    went: Cents = 0,
) -> Transfer:
    """The buyer's money arrives in escrow.

    What came and went of the charge before anybody knew whose it is leaves suspense.
    """
    entries = (
        Entry(WORLD, came - charge.amount),
        Entry(suspense(charge.id), went - came),
        Entry(escrow(order_id), charge.amount - went),
    )
    moved = tuple(entry for entry in entries if entry.amount)
    return Transfer(f"{order_id}:capture", order_id, at, moved)


def refunded_unasked(order_id: OrderId, name: str, amount: Cents, at: datetime) -> Transfer:
    """The provider gave the buyer money back by itself; `name` is its name of the refund.

    Whoever bears it fills the escrow up again.
    """
    transfer_id = unasked_refund_id(order_id, name)
    return _move(transfer_id, order_id, at, escrow(order_id), WORLD, amount)


def unasked_refund_id(order_id: OrderId, name: str) -> str:
    """Return the id of the transfer of a refund that was not asked for."""
    return f"{order_id}:refund:{name}"


def settled(due: PayoutDue, debt_settled: Cents, at: datetime) -> Transfer:
    """The escrow is shared out, and as much of the seller's debt as can be is kept back."""
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
    """The seller's money leaves; what was not owed is the seller's debt.

    `name` is the provider's name of the payout.
    """
    sources = {payable(seller_id): owed, debt(seller_id): excess}
    taken = tuple(Entry(account, -amount) for account, amount in sources.items() if amount)
    entries = (*taken, Entry(WORLD, owed + excess))
    return Transfer(payout_transfer_id(order_id, name), order_id, at, entries)


def payout_transfer_id(order_id: OrderId, name: str) -> str:
    """Return the id of the transfer of a payout."""
    return f"{order_id}:payout:{name}"


def taken_back(transfer: Transfer, at: datetime) -> Transfer:
    """What a transfer moved moves back."""
    entries = tuple(Entry(entry.account, -entry.amount) for entry in transfer.entries)
    return Transfer(f"{transfer.id}:back", transfer.order_id, at, entries)


def suspended(transfer_id: str, name: str, amount: Cents, at: datetime) -> Transfer:
    """Money of nothing that is known came; or went, if the amount is below zero."""
    entries = (Entry(WORLD, -amount), Entry(suspense(name), amount))
    return Transfer(transfer_id, None, at, entries)


def suspense(name: str) -> Account:
    """What waits under the provider's name of a charge, a refund or a payout."""
    return Account(AccountKind.SUSPENSE, name)


def penalised(order_id: OrderId, seller_id: UserId, amount: Cents, at: datetime) -> Transfer:
    """The seller owes a penalty, which later payouts settle."""
    penalties = Account(AccountKind.PENALTIES)
    return _move(f"{order_id}:penalty", order_id, at, debt(seller_id), penalties, amount)


def penalty_reversed(
    order_id: OrderId,
    seller_id: UserId,
    shares: Mapping[Account, Cents],
    paid_back: Cents,
    at: datetime,
) -> Transfer:
    """A penalty goes back to the accounts that bore it, and to the seller who paid it."""
    credited = {**shares, payable(seller_id): paid_back}
    entries = tuple(Entry(account, amount) for account, amount in credited.items() if amount)
    penalty = Entry(Account(AccountKind.PENALTIES), -sum(credited.values()))
    return Transfer(f"{order_id}:penalty-reversal", order_id, at, (penalty, *entries))


def written_off(transfer_id: str, user_id: UserId, amount: Cents, at: datetime) -> Transfer:
    """The exchange bears what a user owes. It is of no order."""
    return _move(transfer_id, None, at, losses(user_id), debt(user_id), amount)


def suspense_written_off(transfer_id: str, name: str, amount: Cents, at: datetime) -> Transfer:
    """The exchange bears what left of suspense, or keeps what is in it."""
    entries = (Entry(suspense(name), -amount), Entry(losses(), amount))
    return Transfer(transfer_id, None, at, entries)


def losses(user_id: UserId | None = None) -> Account:
    """What the exchange bore: a user's debts that were written off, or refunds."""
    return Account(AccountKind.LOSSES, "" if user_id is None else str(user_id))


def _move(
    transfer_id: str,
    order_id: OrderId | None,
    at: datetime,
    source: Account,
    to: Account,
    amount: Cents,
) -> Transfer:
    assert amount > 0, (transfer_id, amount)
    return Transfer(transfer_id, order_id, at, (Entry(source, -amount), Entry(to, amount)))
