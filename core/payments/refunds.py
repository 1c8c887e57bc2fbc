"""The transfer of a refund, by who bears it and whether the order was settled by then."""

from datetime import datetime

from ...ports.language.complaints import Bearer
from ...ports.language.money import Cents
from ...ports.language.orders import Order
from ...ports.language.payments import Account, AccountKind, Entry, Payment, Payout, Transfer
from .transfers import WORLD, debt, escrow, losses, payable


def refund_amount(order: Order, payment: Payment) -> Cents:
    """Return what the buyer is still to get back, of what did not go back already.

    That is all that was paid, or the price if the buyer bears the refund.
    """
    is_whole = order.borne_by is not Bearer.BUYER or payment.amount != order.buyer_total
    due = payment.amount if is_whole else order.price
    return max(0, due - payment.refunded)


def is_share(order: Order) -> bool:
    """Return whether the order's payout is a share of its escrow.

    That of an order that ended before its delivery is a penalty that is paid back; or the exchange
    bears the refund, and the seller keeps their share.
    """
    return order.delivered_at is not None


def refunded(
    order: Order, payment: Payment, payout: Payout | None, back: Cents, at: datetime
) -> Transfer | None:
    """Return the transfer that gives the buyer the money back; None if none has to move.

    What the exchange pays for is a loss, and the escrow is settled as if nothing had happened. Else
    the money comes from the escrow; or, where that was settled already, from all who had a share of
    it: what the seller was due becomes a debt, and the platform gives its fees back. Only the
    shipping stays where it is if the buyer bears it. What went back before, unasked, is part of the
    refund: the escrow is short of it, and is filled up.
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


def borne(order: Order, bearer: Bearer, number: int, amount: Cents, at: datetime) -> Transfer:
    """Return the transfer by which somebody bears what went back unasked, and the trade goes on."""
    accounts = {
        Bearer.BUYER: debt(order.buyer_id),
        Bearer.SELLER: debt(order.seller_id),
        Bearer.EXCHANGE: losses(),
    }
    entries = (Entry(accounts[bearer], -amount), Entry(escrow(order.id), amount))
    return Transfer(borne_id(order, number), order.id, at, entries)


def borne_id(order: Order, number: int) -> str:
    """Return the id of the order's transfer number `number` by which somebody bears a shortfall."""
    return f"{order.id}:shortfall:{number}"


def set_off(payout: Payout, amount: Cents, at: datetime, name: str | None = None) -> Transfer:
    """Return the transfer that settles the seller's debt with what is not paid any more.

    `name` is the provider's name of a payout that came back when the rest was set off already.
    Raises AssertionError for an amount of nothing.
    """
    assert amount > 0, payout
    owed, owes = payable(payout.seller_id), debt(payout.seller_id)
    entries = (Entry(owed, -amount), Entry(owes, amount))
    transfer_id = f"{payout.order_id}:set-off" + (f":{name}" if name else "")
    return Transfer(transfer_id, payout.order_id, at, entries)
