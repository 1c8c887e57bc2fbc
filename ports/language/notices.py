"""Every notice by its kind, and what the people who run the exchange are told."""

from dataclasses import dataclass
from typing import ClassVar

from .alarms import AlarmKind
from .complaint_notices import (
    OrderComplainedNotice,
    OrderComplaintDecidedNotice,
    OrderRefundedNotice,
    PayoutFrozenNotice,
    PayoutReleasedNotice,
    PenaltyReversedNotice,
    SaleComplainedNotice,
    SaleComplaintDecidedNotice,
    SaleRefundedNotice,
    SaleReturnedNotice,
)
from .ids import OrderId
from .notifications import (
    CostsRoseNotice,
    Notice,
    NotificationKind,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    WelcomeNotice,
)
from .trade_notices import (
    AskMatchedNotice,
    BidMatchedNotice,
    OrderAuthFailedNotice,
    OrderAuthPassedNotice,
    OrderCancelledNotice,
    OrderConfirmedNotice,
    OrderDeliveredNotice,
    OrderShippedNotice,
    PaymentDeclinedNotice,
    PayoutPaidNotice,
    PayoutRefusedNotice,
    SaleAuthFailedNotice,
    SaleAuthPassedNotice,
    SaleCancelledNotice,
    SaleConfirmedNotice,
    SaleDeliveredNotice,
)


@dataclass(frozen=True, slots=True)
class AlarmNotice(Notice):
    """To every admin: something must be looked at, and what it is about."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ALARM
    alarm: AlarmKind
    order: OrderId | None
    note: str

    @property
    def order_id(self) -> OrderId | None:
        """The order to look at, if it is one."""
        return self.order

    @property
    def once_for(self) -> None:
        """It is told each time it is raised."""
        return None


NOTICES: dict[NotificationKind, type[Notice]] = {
    notice.KIND: notice
    for notice in (
        WelcomeNotice,
        PriceDroppedNotice,
        QuotesWithdrawnNotice,
        CostsRoseNotice,
        BidMatchedNotice,
        AskMatchedNotice,
        PaymentDeclinedNotice,
        OrderConfirmedNotice,
        SaleConfirmedNotice,
        OrderCancelledNotice,
        SaleCancelledNotice,
        OrderAuthPassedNotice,
        SaleAuthPassedNotice,
        OrderAuthFailedNotice,
        SaleAuthFailedNotice,
        OrderShippedNotice,
        OrderDeliveredNotice,
        SaleDeliveredNotice,
        PayoutPaidNotice,
        PayoutRefusedNotice,
        OrderComplainedNotice,
        SaleComplainedNotice,
        OrderComplaintDecidedNotice,
        SaleComplaintDecidedNotice,
        OrderRefundedNotice,
        SaleRefundedNotice,
        SaleReturnedNotice,
        PayoutFrozenNotice,
        PayoutReleasedNotice,
        PenaltyReversedNotice,
        AlarmNotice,
    )
}
"""Every notice by its kind, for adapters that read them back."""
