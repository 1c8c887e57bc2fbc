"""Checks that the authentication task of an order agrees with the order."""

from collections.abc import Iterator

from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.integrity import Check, Finding, Trade
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.steps import AuthFailed, AuthPassed

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
    OrderStatus.CANCELLED: (TaskStatus.CANCELLED, TaskStatus.PASSED, TaskStatus.FAILED),
}
"""The states of a task by the state of its order. A pending order has none.

An order may be cancelled while the verdict is on its way to it.
"""


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
    yield from _own_findings(trade, task)
    yield from _verdict_findings(trade, task)
    expected = _EXPECTED.get(order.status, ())
    if trade.is_settled and task.status not in expected:
        yield _finding(trade, f"task {task.id} is {task.status}; it should be {_either(expected)}")


def _own_findings(trade: Trade, task: AuthenticationTask) -> Iterator[Finding]:
    """Yield what the task says of its state that its other fields contradict."""
    decided = task.status in (TaskStatus.PASSED, TaskStatus.FAILED)
    began = decided or task.status is TaskStatus.IN_REVIEW
    arrived = began or task.status is TaskStatus.RECEIVED
    verdict = None if task.verdict is None else task.verdict.passed
    expected = (task.status is TaskStatus.PASSED) if decided else None
    if verdict is not expected:
        said = {None: "no verdict", True: "a pass", False: "a fail"}
        yield _finding(
            trade,
            f"task {task.id} is {task.status} with {said[verdict]}; it should have "
            f"{said[expected]}",
        )
    for name, value, needed in (
        ("received_at", task.received_at, arrived),
        ("authenticator_id", task.authenticator_id, began),
        ("decided_at", task.decided_at, decided),
    ):
        if needed and value is None:
            yield _finding(trade, f"task {task.id} is {task.status}, but has no {name}")
    if not decided and task.decided_at is not None:
        yield _finding(
            trade, f"task {task.id} is {task.status}, but was decided at {task.decided_at}"
        )


def _verdict_findings(trade: Trade, task: AuthenticationTask) -> Iterator[Finding]:
    """Yield a verdict that the order's history tells otherwise."""
    for recorded in trade.history:
        step = recorded.step
        if isinstance(step, AuthPassed | AuthFailed) and task.verdict is not None:
            if step.by != task.authenticator_id:
                yield _finding(
                    trade,
                    f"task {task.id} is of authenticator {task.authenticator_id}; by the order's "
                    f"history it should be {step.by}",
                )
            if isinstance(step, AuthFailed) and step.reason != task.verdict.reason:
                yield _finding(
                    trade,
                    f"task {task.id} failed with {task.verdict.reason!r}; by the order's history "
                    f"it should be {step.reason!r}",
                )


def _needs_task(order: Order) -> bool:
    """Whether a settled order must have a task. One that was cancelled may never have got one."""
    return order.status not in (OrderStatus.PENDING, OrderStatus.CANCELLED)


def _either(statuses: tuple[TaskStatus, ...]) -> str:
    return " or ".join(statuses) if statuses else "missing, for the order is not paid"


def _finding(trade: Trade, problem: str) -> Finding:
    return Finding(Check.WAREHOUSE, f"order {trade.id}", problem)
