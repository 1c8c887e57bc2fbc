"""The transfer of a refund, by who bears it and whether the order was settled by then."""

from datetime import datetime

from ...ports.language.complaints import Bearer
from ...ports.language.money import Cents
from ...ports.language.orders import Order
from ...ports.language.payments import Account, AccountKind, Entry, Payment, Payout, Transfer
from .transfers import WORLD, debt, escrow, losses, payable


def refund_amount(order: Order, payment: Payment) -> Cents:
    """Return what the buyer gets back: all that was paid, or the price if the buyer bears it."""
    return order.price if order.borne_by is Bearer.BUYER else payment.amount


def refunded(order: Order, payment: Payment, payout: Payout | None, at: datetime) -> Transfer:
    """Return the transfer that gives the buyer the money back.

    What the exchange bears is a loss, and the escrow is settled as if nothing had happened. Else
    the money comes from the escrow; or, where that was settled already, from all who had a share of
    it: what the seller was due becomes a debt, and the platform gives its fees back. Only the
    shipping stays where it is if the buyer bears it.
    """
    back = refund_amount(order, payment)
    kept = payment.amount - back
    if order.borne_by is Bearer.EXCHANGE:
        sources = {losses(): back}
    elif payout is None:
        sources = {escrow(order.id): payment.amount, Account(AccountKind.SHIPPING): -kept}
    else:
        sources = {
            debt(order.seller_id): payout.amount + payout.debt_settled,
            Account(AccountKind.FEES): order.fees.transaction,
            Account(AccountKind.PROCESSING): order.fees.processing,
            Account(AccountKind.SHIPPING): order.fees.shipping - kept,
        }
    taken = (Entry(account, -amount) for account, amount in sources.items() if amount)
    return Transfer(f"{order.id}:refund", order.id, at, (*taken, Entry(WORLD, back)))


def set_off(payout: Payout, at: datetime) -> Transfer:
    """Return the transfer that settles the seller's debt with a payout that is not paid any more.

    Raises AssertionError for a payout of nothing.
    """
    assert payout.amount > 0, payout
    owed, owes = payable(payout.seller_id), debt(payout.seller_id)
    entries = (Entry(owed, -payout.amount), Entry(owes, payout.amount))
    return Transfer(f"{payout.order_id}:set-off", payout.order_id, at, entries)
