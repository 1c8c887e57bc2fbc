"""The transitions of a task outside a review: opened, received, cancelled."""

from dataclasses import replace
from datetime import datetime

from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.events import OrderCancelled, OrderConfirmed
from ...ports.language.ids import TaskId
from ...ports.language.orders import CancelReason

_BEFORE_CONFIRMATION = (
    CancelReason.PAYMENT_DECLINED,
    CancelReason.PAYMENT_OVERDUE,
    CancelReason.STOCK_REFUSED,
)


def has_task(event: OrderCancelled) -> bool:
    """Return whether the order has a task, or will get one when `OrderConfirmed` arrives."""
    return event.confirmed and event.reason not in _BEFORE_CONFIRMATION


def new_task(
    event: OrderConfirmed | OrderCancelled, task_id: TaskId, at: datetime
) -> AuthenticationTask:
    """Return a new task: awaiting its pair for `OrderConfirmed`, cancelled for `OrderCancelled`."""
    created = isinstance(event, OrderConfirmed)
    return AuthenticationTask(
        id=task_id,
        order_id=event.order_id,
        buyer_id=event.buyer_id,
        seller_id=event.seller_id,
        book=event.book,
        status=TaskStatus.AWAITING_ITEM if created else TaskStatus.CANCELLED,
        created_at=at,
    )


def received(task: AuthenticationTask, at: datetime) -> AuthenticationTask:
    """Return the task as received, or unchanged if it does not await its pair."""
    if task.status is not TaskStatus.AWAITING_ITEM:
        return task
    return replace(task, status=TaskStatus.RECEIVED, received_at=at, version=task.version + 1)


def cancelled(task: AuthenticationTask) -> AuthenticationTask:
    """Return the task as cancelled, or unchanged if it is decided or cancelled already."""
    if task.status in (TaskStatus.PASSED, TaskStatus.FAILED, TaskStatus.CANCELLED):
        return task
    return replace(task, status=TaskStatus.CANCELLED, lease_until=None, version=task.version + 1)
