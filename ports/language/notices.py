"""All notices by kind, and the notices to admins."""

from dataclasses import dataclass
from typing import ClassVar

from .account_notices import (
    AccountClosedNotice,
    ApiKeyCreatedNotice,
    EmailChangedNotice,
    EmailProofNotice,
    NewSignInNotice,
    PasswordChangedNotice,
    PasswordResetNotice,
    PayoutAccountChangedNotice,
    PhoneProofNotice,
    RegistrationRepeatedNotice,
)
from .alarms import AlarmKind
from .complaint_notices import (
    OrderComplainedNotice,
    OrderComplaintDecidedNotice,
    OrderRefundedNotice,
    PayoutFrozenNotice,
    PayoutReleasedNotice,
    PenaltyReversedNotice,
    RefundFailedNotice,
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
    PayoutAccountRestrictedNotice,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    WebhookDisabledNotice,
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
    PaymentNeedsBuyerNotice,
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
    """To every admin: an alarm, and what it is about."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ALARM
    alarm: AlarmKind
    order: OrderId | None
    note: str

    @property
    def order_id(self) -> OrderId | None:
        """The order that the alarm is about, if any."""
        return self.order

    @property
    def once_for(self) -> None:
        """It is sent each time the alarm is raised."""
        return None


NOTICES: dict[NotificationKind, type[Notice]] = {
    notice.KIND: notice
    for notice in (
        EmailProofNotice,
        NewSignInNotice,
        PhoneProofNotice,
        PasswordResetNotice,
        RegistrationRepeatedNotice,
        EmailChangedNotice,
        ApiKeyCreatedNotice,
        PasswordChangedNotice,
        PayoutAccountChangedNotice,
        AccountClosedNotice,
        WelcomeNotice,
        PriceDroppedNotice,
        QuotesWithdrawnNotice,
        CostsRoseNotice,
        PayoutAccountRestrictedNotice,
        WebhookDisabledNotice,
        BidMatchedNotice,
        AskMatchedNotice,
        PaymentNeedsBuyerNotice,
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
        RefundFailedNotice,
        SaleReturnedNotice,
        PayoutFrozenNotice,
        PayoutReleasedNotice,
        PenaltyReversedNotice,
        AlarmNotice,
    )
}
"""Every notice by its kind, for adapters that deserialize them."""
