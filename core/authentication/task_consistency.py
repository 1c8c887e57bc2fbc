"""Checks that the authentication task of an order agrees with the order."""

from collections.abc import Iterator

from ...ports.language.authentication import TaskStatus
from ...ports.language.integrity import Check, Finding, Trade
from ...ports.language.orders import Order, OrderStatus

_OPEN = (TaskStatus.RECEIVED, TaskStatus.IN_REVIEW)
_DONE = (TaskStatus.PASSED,)
_EXPECTED: dict[OrderStatus, tuple[TaskStatus, ...]] = {
    OrderStatus.CONFIRMED: (TaskStatus.AWAITING_ITEM,),
    OrderStatus.SELLER_SHIPPING: (TaskStatus.AWAITING_ITEM,),
    OrderStatus.AUTHENTICATING: _OPEN,
    OrderStatus.AUTH_PASSED: _DONE,
    OrderStatus.SHIPPING_TO_BUYER: _DONE,
    OrderStatus.DELIVERED: _DONE,
    OrderStatus.AUTH_FAILED: (TaskStatus.FAILED,),
    OrderStatus.CANCELLED: (TaskStatus.CANCELLED, TaskStatus.PASSED),
}
"""The states of a task by the state of its order. A pending order has none."""


def task_findings(trade: Trade) -> Iterator[Finding]:
    """Yield what contradicts itself in an order's authentication task."""
    task, order = trade.task, trade.order
    if order is None:
        if task is not None:
            yield _finding(trade, f"task {task.id} is for it, but there is no such order")
        return
    if task is None:
        if trade.is_settled and _needs_task(order):
            yield _finding(trade, f"it is {order.status}, but has no authentication task")
        return
    parties = (task.buyer_id, task.seller_id, task.book)
    if parties != (order.buyer_id, order.seller_id, order.book):
        yield _finding(trade, f"task {task.id} has another buyer, seller or book than the order")
    expected = _EXPECTED.get(order.status, ())
    if trade.is_settled and task.status not in expected:
        yield _finding(trade, f"task {task.id} is {task.status}; it should be {_either(expected)}")


def _needs_task(order: Order) -> bool:
    """Whether a settled order must have a task. One that was cancelled may never have got one."""
    return order.status not in (OrderStatus.PENDING, OrderStatus.CANCELLED)


def _either(statuses: tuple[TaskStatus, ...]) -> str:
    return " or ".join(statuses) if statuses else "missing, for the order is not paid"


def _finding(trade: Trade, problem: str) -> Finding:
    return Finding(Check.WAREHOUSE, f"order {trade.id}", problem)
