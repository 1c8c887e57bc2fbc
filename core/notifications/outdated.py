"""Notices that an order's progress makes untrue."""

from ...ports.language.notifications import NotificationKind
from ...ports.language.orders import OrderStatus

_OVER = (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)


def is_outdated(kind: NotificationKind, status: OrderStatus) -> bool:
    """Return whether a notice contradicts what its user must do, or expect, in this state.

    "Do not ship yet" is outdated once the order is confirmed, and "please ship" once it is over. A
    notice that only comes late is not outdated.
    """
    match kind:
        case (
            NotificationKind.BID_MATCHED
            | NotificationKind.ASK_MATCHED
            | NotificationKind.PAYMENT_NEEDS_BUYER
        ):
            return status is not OrderStatus.PENDING
        case NotificationKind.SALE_CONFIRMED | NotificationKind.ORDER_CONFIRMED:
            return status in _OVER
        case _:
            return False
