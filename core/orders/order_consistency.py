"""Checks that an order is what its history says, and waits for nothing without a deadline."""

from collections.abc import Iterator
from dataclasses import fields

from ...ports.language.complaints import ComplaintState
from ...ports.language.deadlines import DeadlineKind
from ...ports.language.integrity import Check, Finding, Trade
from ...ports.language.orders import (
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from .deadlines import matters
from .history import fold

_ENDED = (OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)

_RUNNING: dict[OrderStatus, tuple[DeadlineKind, ...]] = {
    OrderStatus.PENDING: (DeadlineKind.GIVE_UP, DeadlineKind.PAYMENT),
    OrderStatus.CONFIRMED: (DeadlineKind.SHIPMENT,),
    OrderStatus.SELLER_SHIPPING: (DeadlineKind.ARRIVAL,),
    OrderStatus.AUTHENTICATING: (DeadlineKind.CLAIM, DeadlineKind.REVIEW),
    OrderStatus.AUTH_PASSED: (DeadlineKind.DISPATCH,),
    OrderStatus.SHIPPING_TO_BUYER: (DeadlineKind.DELIVERY,),
}
"""Of these deadlines one runs in each state."""

_OF_PAYMENTS = (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP)
"""What payments sets again while a charge is under way, so that it may outlast its order."""


def order_findings(trade: Trade) -> Iterator[Finding]:
    """Yield what contradicts itself in an order, its history and its deadlines."""
    if trade.order is None:
        if trade.history or trade.unreadable or trade.deadlines:
            yield _history(trade, "it has a history or deadlines, but there is no such order")
        return
    yield from _history_findings(trade, trade.order)
    yield from _deadline_findings(trade, trade.order)


def _history_findings(trade: Trade, order: Order) -> Iterator[Finding]:
    if trade.unreadable:
        for why in trade.unreadable:
            yield _history(trade, why)
        return
    numbers = [recorded.number for recorded in trade.history]
    if numbers != list(range(1, order.version + 1)):
        yield _history(
            trade,
            f"its steps are numbered {_numbers(numbers)}; they should be 1 to {order.version}",
        )
        return
    try:
        folded = fold(trade.history)
    except Exception as error:  # noqa: BLE001  # a history that contradicts itself raises anything
        yield _history(trade, f"its steps contradict each other ({type(error).__name__}: {error})")
        return
    for field in fields(Order):
        stored, expected = getattr(order, field.name), getattr(folded, field.name)
        if stored != expected:
            yield _history(
                trade, f"{field.name} is {stored}; by its history it should be {expected}"
            )


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) if numbers else "not at all"


def _deadline_findings(trade: Trade, order: Order) -> Iterator[Finding]:
    due = {deadline.kind: deadline.due_at for deadline in trade.deadlines}
    shipment = due.get(DeadlineKind.SHIPMENT)
    if shipment is not None and order.status is OrderStatus.CONFIRMED and shipment != order.ship_by:
        yield _deadline(
            trade, f"the shipment is due at {shipment}; it should be due at {order.ship_by}"
        )
    if not trade.is_settled:
        return
    for kind in due:
        if kind not in _OF_PAYMENTS and not matters(order, kind):
            yield _deadline(trade, f"it has a deadline {kind}, which no longer matters")
    needed = () if trade.has_open_alarm else _needed(trade, order)
    missing = [kinds for kinds in needed if due.keys().isdisjoint(kinds)]
    for kinds in missing:
        named = " or ".join(kinds)
        yield _deadline(trade, f"it has no deadline {named}, which should run in its state")
    if missing or trade.has_open_alarm or any(matters(order, kind) for kind in due):
        return
    if _waits(order):
        yield _deadline(
            trade,
            f"it waits ({_states(order)}), but no deadline runs, no alarm is open, and no "
            "message about it is under way",
        )


def _needed(trade: Trade, order: Order) -> Iterator[tuple[DeadlineKind, ...]]:
    """Yield the deadlines that move an order on, or raise an alarm; one of each group must run."""
    if order.status in _RUNNING:
        yield _RUNNING[order.status]
    if order.return_status is ReturnStatus.DUE:
        yield (DeadlineKind.RETURN,)
    if order.may_be_paid_out and trade.payout is None:
        yield (DeadlineKind.PAYOUT,)
    if order.complaint is not None and order.complaint.state is ComplaintState.OPEN:
        yield (DeadlineKind.COMPLAINT,)


def _waits(order: Order) -> bool:
    """Whether somebody still has to do something for the order.

    A refused payout waits for its seller, who may never name another account.
    """
    if order.payout_status is PayoutStatus.FAILED:
        return False
    return (
        order.status not in _ENDED
        or order.payout_status is PayoutStatus.HELD
        or order.payment_status is PaymentStatus.REFUND_DUE
        or order.return_status is ReturnStatus.DUE
    )


def _states(order: Order) -> str:
    return (
        f"{order.status}, payment {order.payment_status}, payout {order.payout_status}, "
        f"return {order.return_status}"
    )


def _history(trade: Trade, problem: str) -> Finding:
    return Finding(Check.HISTORY, f"order {trade.id}", problem)


def _deadline(trade: Trade, problem: str) -> Finding:
    return Finding(Check.DEADLINES, f"order {trade.id}", problem)
