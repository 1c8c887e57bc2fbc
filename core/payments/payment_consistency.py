"""Checks that payments, payouts and the ledger agree with each other and with the order."""

from collections.abc import Iterator
from uuid import UUID

from ...ports.language.currencies import Currency
from ...ports.language.integrity import BookedTransfer, Check, Finding, SellerAccount, Trade
from ...ports.language.money import Cents
from ...ports.language.orders import Order, OrderStatus, PaymentStatus, PayoutStatus
from ...ports.language.payments import Account, AccountKind, Payment, Payout, PayoutState
from .reconciliation.own_movements import OWN_ACCOUNTS, account_of

_CHARGED = (PaymentStatus.CAPTURED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)
_IN_ESCROW = (PaymentStatus.CAPTURED, PaymentStatus.REFUNDED)
_OF_IDS = (AccountKind.ESCROW, AccountKind.PAYABLE, AccountKind.DEBT)
"""The accounts of an order or a user."""
_OF_NAMES = (AccountKind.SUSPENSE, AccountKind.DISPUTED)
"""The accounts of something that the provider names."""
_PAYOUT: dict[PayoutStatus, tuple[PayoutState | None, ...]] = {
    PayoutStatus.NONE: (None,),
    PayoutStatus.HELD: (None, PayoutState.DUE),
    PayoutStatus.PAID: (PayoutState.PAID,),
    PayoutStatus.FAILED: (PayoutState.REFUSED, PayoutState.DUE),
    PayoutStatus.CANCELLED: (None, PayoutState.CANCELLED, PayoutState.DUE),
    PayoutStatus.RECLAIMED: (PayoutState.PAID, PayoutState.CANCELLED),
}
"""The states of a payout by what its order says of it. None means that there is no payout."""


def payment_findings(currency: Currency, trade: Trade) -> Iterator[Finding]:
    """Yield what contradicts itself in the money of an order."""
    if trade.order is None:
        if any((trade.payment, trade.payout, trade.decline, trade.transfers)):
            yield _payment(trade, "money is booked for it, but there is no such order")
        return
    yield from _account_findings(currency, trade)
    yield from _charge_findings(currency, trade, trade.order)
    yield from _payout_findings(currency, trade, trade.order)


def _account_findings(currency: Currency, trade: Trade) -> Iterator[Finding]:
    """Yield balances that are not those of the order's transfers."""
    account = str(trade.id)
    moved = sum(
        entry.amount
        for transfer in trade.transfers
        for entry in transfer.entries
        if entry.account.kind is AccountKind.ESCROW and entry.account.owner == account
    )
    if moved != trade.held:
        yield _ledger(
            trade,
            f"its escrow holds {currency.plain(trade.held)}; by its transfers it should hold "
            f"{currency.plain(moved)}",
        )
    payout = trade.payout
    owed = payout.owed if payout is not None else 0
    booked = _total(trade, AccountKind.PAYABLE)
    if booked != owed:
        yield _ledger(
            trade,
            f"its transfers leave {currency.plain(booked)} owed to the seller; by its payout it "
            f"should be {currency.plain(owed)}",
        )


def _charge_findings(currency: Currency, trade: Trade, order: Order) -> Iterator[Finding]:
    payment = trade.payment
    if payment is None:
        if order.payment_status in _CHARGED:
            yield _payment(trade, f"its payment is {order.payment_status}, but there is none")
        return
    if payment.buyer_id != order.buyer_id:
        yield _payment(
            trade, f"its payment is of user {payment.buyer_id}; it should be {order.buyer_id}"
        )
    yield from _attempt_findings(currency, trade, order, payment)
    capture = _find(trade, f"{trade.id}:capture")
    if payment.status in _CHARGED:
        if capture is None:
            yield _ledger(
                trade, f"its payment is {payment.status}, but no transfer captured its charge"
            )
        if payment.charge_id is None:
            yield _payment(trade, f"its payment is {payment.status}, but names no charge")
        yield from _left_findings(currency, trade, payment, capture)
    elif capture is not None:
        yield _ledger(
            trade, f"a transfer captured a charge; with a {payment.status} payment there is none"
        )
    if trade.is_settled and _told(order.payment_status) is not _told(payment.status):
        yield _payment(
            trade, f"the order's payment is {order.payment_status}; it should be {payment.status}"
        )
    if trade.is_settled:
        yield from _escrow_findings(currency, trade, order, payment)


def _attempt_findings(
    currency: Currency, trade: Trade, order: Order, payment: Payment
) -> Iterator[Finding]:
    """Yield a payment that nobody asks for, or that asks for another amount, or was not counted."""
    if payment.status is PaymentStatus.PENDING and payment.amount != order.buyer_total:
        yield _payment(
            trade,
            f"its payment is of {currency.plain(payment.amount)}; it should be "
            f"{currency.plain(order.buyer_total)}",
        )
    untried = payment.status is PaymentStatus.PENDING and payment.attempted_at is None
    if trade.is_settled and untried and order.status is OrderStatus.PENDING:
        yield _payment(trade, "its buyer was not charged, and no message about it is under way")
    decline = trade.decline
    if decline is not None and decline.buyer_id != payment.buyer_id:
        yield _payment(
            trade,
            f"its decline counts for user {decline.buyer_id}; it should be {payment.buyer_id}",
        )
    if decline is not None and payment.status is PaymentStatus.CAPTURED:
        yield _payment(trade, "its card counts as declined; its payment is captured")


def _told(status: PaymentStatus) -> PaymentStatus:
    """Return the status, or one for both that mean that no money came.

    An order that is cancelled before it hears of the decline never hears of it.
    """
    return PaymentStatus.ABANDONED if status is PaymentStatus.DECLINED else status


def _left_findings(
    currency: Currency, trade: Trade, payment: Payment, capture: BookedTransfer | None
) -> Iterator[Finding]:
    """Yield a payment whose rest is not what the ledger took in and gave back."""
    captured = capture.total(AccountKind.ESCROW) if capture is not None else 0
    refunded = sum(
        transfer.total(AccountKind.WORLD)
        for transfer in trade.transfers
        if transfer.id.startswith(f"{trade.id}:refund")
        and not transfer.id.startswith(f"{trade.id}:refund-beyond")
    )
    refunded -= sum(
        transfer.total(AccountKind.ESCROW)
        for transfer in trade.transfers
        if transfer.id.startswith(f"{trade.id}:dispute:")
    )
    if payment.left != captured - refunded:
        yield _payment(
            trade,
            f"{currency.plain(payment.left)} of its payment are left; by the ledger it should be "
            f"{currency.plain(captured - refunded)}",
        )


def _escrow_findings(
    currency: Currency, trade: Trade, order: Order, payment: Payment
) -> Iterator[Finding]:
    """Yield an escrow that holds too much or too little. The provider may have taken some back."""
    due: Cents = 0
    if payment.status in _IN_ESCROW and order.status is OrderStatus.PENDING:
        return  # a charge of a wrong amount, which an admin has to look at
    if payment.status in _IN_ESCROW and trade.payout is None:
        goes_on = payment.status is PaymentStatus.CAPTURED or order.exchange_pays
        due = order.buyer_total if goes_on else 0
    if payment.status is PaymentStatus.REFUND_DUE:
        return
    is_short = trade.held < due and (order.refunded_unasked > 0 or trade.has_open_alarm)
    if trade.held != due and not is_short:
        yield _ledger(
            trade,
            f"its escrow holds {currency.plain(trade.held)}; it should hold {currency.plain(due)}",
        )


def _payout_findings(currency: Currency, trade: Trade, order: Order) -> Iterator[Finding]:
    payout = trade.payout
    if payout is not None:
        yield from _share_findings(currency, trade, order, payout)
        yield from _paid_findings(currency, trade, payout)
        if payout.seller_id != order.seller_id:
            yield _payment(
                trade, f"its payout is to user {payout.seller_id}; it should be {order.seller_id}"
            )
    if not trade.is_settled:
        return
    state = None if payout is None else payout.state
    expected = _PAYOUT[order.payout_status]
    if state not in expected:
        yield _payment(
            trade,
            f"its payout is {state or 'missing'}; with {order.payout_status} in the order it "
            f"should be {' or '.join(str(one or 'missing') for one in expected)}",
        )


def _share_findings(
    currency: Currency, trade: Trade, order: Order, payout: Payout
) -> Iterator[Finding]:
    """Yield shares that differ between the order or payout and the transfer that settled it."""
    settled = _find(trade, f"{trade.id}:settle")
    if settled is None:
        return
    for name, stored, kind in (
        ("amount of its payout", payout.amount, AccountKind.PAYABLE),
        ("debt that its payout settled", payout.debt_settled, AccountKind.DEBT),
        ("transaction fee", order.fees.transaction, AccountKind.FEES),
        ("processing fee", order.fees.processing, AccountKind.PROCESSING),
        ("shipping fee", order.fees.shipping, AccountKind.SHIPPING),
    ):
        booked = settled.total(kind)
        if stored != booked:
            yield _payment(
                trade,
                f"the {name} is {currency.plain(stored)}; by the ledger it should be "
                f"{currency.plain(booked)}",
            )


def _paid_findings(currency: Currency, trade: Trade, payout: Payout) -> Iterator[Finding]:
    booked = -sum(
        transfer.total(AccountKind.PAYABLE)
        for transfer in trade.transfers
        if transfer.id.startswith(f"{trade.id}:payout")
    )
    if booked != payout.paid:
        yield _payment(
            trade,
            f"{currency.plain(payout.paid)} of its payout are paid; by the ledger it should be "
            f"{currency.plain(booked)}",
        )
    if (payout.state is PayoutState.PAID) is (payout.paid_at is None):
        yield _payment(trade, f"its payout is {payout.state}, paid at {payout.paid_at}")
    if payout.state is PayoutState.PAID and payout.paid != payout.amount:
        yield _payment(
            trade,
            f"its payout is paid with {currency.plain(payout.paid)}; it should be "
            f"{currency.plain(payout.amount)}",
        )


def transfer_findings(transfer: BookedTransfer) -> Iterator[Finding]:
    """Yield a transfer that does not balance."""
    total = sum(entry.amount for entry in transfer.entries)
    if total:
        yield _transfer(transfer, f"its entries add up to {total}; they should add up to 0")
    if not transfer.entries:
        yield _transfer(transfer, "it moves nothing; it should have entries")
    for account in {entry.account for entry in transfer.entries}:
        if not _fits(account):
            yield _transfer(
                transfer, f"it moves money on {account.kind} of {account.owner or 'nobody'}"
            )
        if account.kind in OWN_ACCOUNTS and account.kind is not account_of(transfer.id):
            yield _transfer(
                transfer, f"it moves money on {account.kind}; no transfer of its id should"
            )
        if account.kind is AccountKind.ESCROW and account.owner != str(transfer.order_id):
            yield _transfer(transfer, f"it moves the escrow of order {account.owner}")
    owner = transfer.id.partition(":")[0]
    if transfer.order_id is not None and owner != str(transfer.order_id):
        yield _transfer(transfer, f"it belongs to order {transfer.order_id}; its id says {owner}")


def _fits(account: Account) -> bool:
    """Whether an account of its kind can have its owner: an order, a user, a name, or nobody."""
    try:
        UUID(account.owner)
        is_id = True
    except ValueError:
        is_id = False
    if account.kind in _OF_IDS:
        return is_id
    if account.kind is AccountKind.LOSSES:
        return is_id or not account.owner
    return (account.kind in _OF_NAMES) is bool(account.owner) and not is_id


def account_findings(currency: Currency, account: SellerAccount) -> Iterator[Finding]:
    """Yield a seller who is owed something else in the ledger than by their payouts."""
    if account.in_ledger != account.in_payouts:
        yield Finding(
            Check.LEDGER,
            f"user {account.seller_id}",
            f"the ledger owes them {currency.plain(account.in_ledger)}; by their payouts it should "
            f"be {currency.plain(account.in_payouts)}",
        )


def _find(trade: Trade, transfer_id: str) -> BookedTransfer | None:
    return next((one for one in trade.transfers if one.id == transfer_id), None)


def _total(trade: Trade, kind: AccountKind) -> Cents:
    return sum(transfer.total(kind) for transfer in trade.transfers)


def _payment(trade: Trade, problem: str) -> Finding:
    return Finding(Check.PAYMENTS, f"order {trade.id}", problem)


def _ledger(trade: Trade, problem: str) -> Finding:
    return Finding(Check.LEDGER, f"order {trade.id}", problem)


def _transfer(transfer: BookedTransfer, problem: str) -> Finding:
    return Finding(Check.LEDGER, f"transfer {transfer.id}", problem)
