"""The transfers of refunds, shortfalls and set-offs."""

from datetime import datetime

from ....ports.language.complaints import Bearer
from ....ports.language.invariants import ensure
from ....ports.language.money import Cents
from ....ports.language.orders import Order
from ....ports.language.payments import Account, AccountKind, Entry, Payment, Payout, Transfer
from ..transfers import WORLD, debt, escrow, losses, payable

MOST_REFUNDS = 3
"""How often a refund is requested that fails each time, before an admin must decide."""


def refund_amount(order: Order, payment: Payment) -> Cents:
    """Return what is still to be refunded to the buyer, in minor units.

    The refund is all that was paid, or the price if the buyer bears the refund. Unasked refunds are
    subtracted.
    """
    is_whole = order.borne_by is not Bearer.BUYER or payment.amount != order.buyer_total
    due = payment.amount if is_whole else order.price
    return max(0, due - payment.refunded)


def is_share(order: Order) -> bool:
    """Return whether the order's payout is a share of its escrow, as for every delivered order.

    The payout of an order that ended before delivery is a penalty paid back, or the exchange bears
    the refund and the seller keeps the share.
    """
    return order.delivered_at is not None


def refunded(
    order: Order, payment: Payment, payout: Payout | None, back: Cents, at: datetime
) -> Transfer | None:
    """Return the transfer of a refund, or None if no money has to move.

    A refund that the exchange bears is a loss, and the escrow is settled as usual. Any other refund
    comes from the escrow. If the escrow is already settled, all who had a share of it pay: the
    seller's share becomes a debt, and the platform gives its fees back. If the buyer bears the
    refund, the shipping is kept. Unasked refunds are part of the refund: the transfer fills up the
    escrow, which is short of them.
    """
    unasked = payment.refunded
    kept = payment.amount - unasked - back
    if order.exchange_pays:
        sources = {losses(): back + unasked, escrow(order.id): -unasked}
    elif payout is None or not is_share(order):
        sources = {escrow(order.id): payment.amount - unasked, Account(AccountKind.SHIPPING): -kept}
    else:
        sources = {
            escrow(order.id): -unasked,
            debt(order.seller_id): payout.amount + payout.debt_settled,
            Account(AccountKind.FEES): order.fees.transaction,
            Account(AccountKind.PROCESSING): order.fees.processing,
            Account(AccountKind.SHIPPING): order.fees.shipping - kept,
        }
    moved = [Entry(account, -amount) for account, amount in sources.items() if amount]
    if back:
        moved.append(Entry(WORLD, back))
    return Transfer(f"{order.id}:refund", order.id, at, tuple(moved)) if moved else None


def borne(
    order: Order,
    bearer: Bearer,
    number: int,
    amount: Cents,
    at: datetime,
    *,
    dispute: str | None = None,
) -> Transfer:
    """Return the transfer of a shortfall from its bearer to the escrow.

    `dispute` is the provider's name of the dispute that the shortfall is of, if it is of one.
    """
    accounts = {
        Bearer.BUYER: debt(order.buyer_id),
        Bearer.SELLER: debt(order.seller_id),
        Bearer.EXCHANGE: losses(),
    }
    entries = (Entry(accounts[bearer], -amount), Entry(escrow(order.id), amount))
    return Transfer(borne_id(order, number, dispute), order.id, at, entries)


def borne_id(order: Order, number: int, dispute: str | None = None) -> str:
    """Return the id of the order's shortfall transfer number `number`, or of that of a dispute."""
    of = f"{dispute}:" if dispute else ""
    return f"{order.id}:shortfall:{of}{number}"


def borne_back(
    order: Order, transfer: Transfer, number: int, amount: Cents, at: datetime
) -> Transfer:
    """Return the reversal of a part of a shortfall that was borne, or of all of it."""
    (bearer,) = (entry.account for entry in transfer.entries if entry.account != escrow(order.id))
    entries = (Entry(bearer, amount), Entry(escrow(order.id), -amount))
    return Transfer(borne_back_id(transfer, number), order.id, at, entries)


def borne_back_id(transfer: Transfer, number: int) -> str:
    """Return the id of reversal number `number` of a shortfall."""
    return f"{transfer.id}:back" if number == 1 else f"{transfer.id}:back:{number}"


def set_off(payout: Payout, amount: Cents, at: datetime, name: str | None = None) -> Transfer:
    """Return the transfer that settles the seller's debt with a payout that is no longer paid.

    `name` is the provider's name of a payout that came back after the rest was set off. Raises
    AssertionError if the amount is not positive.
    """
    ensure(amount > 0, payout)
    owed, owes = payable(payout.seller_id), debt(payout.seller_id)
    entries = (Entry(owed, -amount), Entry(owes, amount))
    transfer_id = f"{payout.order_id}:set-off" + (f":{name}" if name else "")
    return Transfer(transfer_id, payout.order_id, at, entries)
