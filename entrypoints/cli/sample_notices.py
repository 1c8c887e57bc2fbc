"""A sample notice of each kind, for previews of its letter."""

from datetime import UTC, datetime
from uuid import UUID

from ...ports.language.account_notices import (
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
from ...ports.language.alarms import AlarmKind
from ...ports.language.api_tokens import KeyScope
from ...ports.language.complaint_notices import (
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
from ...ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from ...ports.language.costs import FeesRise, SellerTerms, ShippingRise
from ...ports.language.ids import OrderId, ProductId, UserId, WebhookEndpointId
from ...ports.language.market import AskFate, BookKey, Side, WithdrawalReason, parse_size
from ...ports.language.notices import AlarmNotice
from ...ports.language.notifications import (
    CostsRoseNotice,
    Notice,
    NotificationKind,
    NotificationPreferences,
    PayoutAccountRestrictedNotice,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    Recipient,
    Shoe,
    Warehouse,
    WebhookDisabledNotice,
    WelcomeNotice,
    WithdrawnOffer,
)
from ...ports.language.orders import CancelReason, DeliveryProof, FreezeReason
from ...ports.language.trade_notices import (
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
from ...ports.language.webhook_endpoints import DisabledBecause

_USER = UserId(UUID(int=1))
RECIPIENT = Recipient(_USER, "test@example.com", "Test", NotificationPreferences(_USER))
SENT_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)

ORDER = OrderId(UUID("019caaf2-7c00-7000-8000-000000000001"))

_SHOE = Shoe(
    BookKey(ProductId(UUID(int=2)), parse_size("10.5")), "Nike Dunk Low White/Black", "DD1391-100"
)
_TRADE = ORDER, _SHOE
_PRICE, _SHIPPING, _TOTAL, _PAYOUT, _PENALTY = 20_000, 1_400, 21_400, 17_600, 3_000


def sample_notices(warehouse: Warehouse) -> dict[NotificationKind, Notice]:
    """Return a sample notice for each kind, all about one made-up trade."""
    notices: tuple[Notice, ...] = (
        EmailProofNotice("https://exchange.example.com/account/email?token=nCJ0Ahq3", SENT_AT),
        PhoneProofNotice("482913", SENT_AT),
        PasswordResetNotice(
            "https://exchange.example.com/account/password?token=nCJ0Ahq3", SENT_AT
        ),
        RegistrationRepeatedNotice(),
        EmailChangedNotice(SENT_AT),
        ApiKeyCreatedNotice("my bot", (KeyScope.READ, KeyScope.TRADE), SENT_AT),
        PasswordChangedNotice(SENT_AT, "Firefox", reset=False),
        PayoutAccountChangedNotice(SENT_AT, "Firefox"),
        AccountClosedNotice(SENT_AT, "Firefox"),
        NewSignInNotice(SENT_AT, "Firefox"),
        WelcomeNotice(),
        PriceDroppedNotice(_SHOE, 20_500, _PRICE),
        QuotesWithdrawnNotice(
            WithdrawalReason.ADMIN,
            "the wrong shoe is shown",
            3,
            (WithdrawnOffer(Side.BID, _SHOE, 19_500), WithdrawnOffer(Side.ASK, _SHOE, 20_500)),
        ),
        CostsRoseNotice(
            FeesRise(SellerTerms(900, 500, 300), SellerTerms(950, 700, 320), asks=3),
            ShippingRise(1_400, 1_600, bids=2),
        ),
        PayoutAccountRestrictedNotice(
            "requirements.past_due",
            ("individual: document that proves it", "a bank account"),
            datetime(2026, 3, 20, tzinfo=UTC),
        ),
        WebhookDisabledNotice(
            WebhookEndpointId(UUID(int=3)),
            DisabledBecause.FAILING,
            datetime(2026, 2, 27, 12, tzinfo=UTC),
        ),
        BidMatchedNotice(*_TRADE, _PRICE, _TOTAL),
        AskMatchedNotice(*_TRADE, _PRICE, _PAYOUT),
        PaymentNeedsBuyerNotice(
            *_TRADE,
            _TOTAL,
            "https://bank.example.com/authenticate/pi_1",
            datetime(2026, 3, 2, 12, 15, tzinfo=UTC),
        ),
        PaymentDeclinedNotice(*_TRADE, _TOTAL, "insufficient funds"),
        OrderConfirmedNotice(*_TRADE, _PRICE, _SHIPPING, _TOTAL),
        SaleConfirmedNotice(
            *_TRADE, _PRICE, _PAYOUT, warehouse, datetime(2026, 3, 4, 12, tzinfo=UTC)
        ),
        OrderCancelledNotice(*_TRADE, CancelReason.SELLER_CANCELLED, "sold elsewhere", _TOTAL),
        SaleCancelledNotice(*_TRADE, CancelReason.SHIPMENT_OVERDUE, None, _PENALTY, AskFate.ENDED),
        OrderAuthPassedNotice(*_TRADE),
        SaleAuthPassedNotice(*_TRADE, _PAYOUT),
        OrderAuthFailedNotice(*_TRADE, "a size 9 in a box for a 10.5", _TOTAL),
        SaleAuthFailedNotice(*_TRADE, "a size 9 in a box for a 10.5", _PENALTY),
        OrderShippedNotice(*_TRADE, "UPS", "1Z999AA10123456784"),
        OrderDeliveredNotice(
            *_TRADE,
            datetime(2026, 3, 10, 15, 30, tzinfo=UTC),
            datetime(2026, 3, 13, 15, 30, tzinfo=UTC),
            DeliveryProof.ASSUMED,
        ),
        SaleDeliveredNotice(*_TRADE, _PAYOUT, datetime(2026, 3, 13, 15, 30, tzinfo=UTC)),
        PayoutPaidNotice(*_TRADE, _PAYOUT - _PENALTY, _PENALTY),
        PayoutRefusedNotice(*_TRADE, _PAYOUT, "the account is closed"),
        OrderComplainedNotice(*_TRADE, ComplaintKind.NOT_AS_DESCRIBED, "the left shoe is a 9"),
        SaleComplainedNotice(*_TRADE, ComplaintKind.NOT_AS_DESCRIBED, "the left shoe is a 9"),
        OrderComplaintDecidedNotice(
            *_TRADE,
            ComplaintKind.NOT_AS_DESCRIBED,
            ComplaintState.RETURN_AWAITED,
            "the photos show it",
            warehouse,
        ),
        SaleComplaintDecidedNotice(
            *_TRADE,
            ComplaintKind.NOT_AS_DESCRIBED,
            ComplaintState.RETURN_AWAITED,
            "the photos show it",
        ),
        OrderRefundedNotice(*_TRADE, _PRICE, _SHIPPING),
        SaleRefundedNotice(*_TRADE, Bearer.SELLER, _PAYOUT, True),
        RefundFailedNotice(*_TRADE, _PRICE, "expired_or_canceled_card"),
        SaleReturnedNotice(*_TRADE, "UPS", "1Z999AA10123456784"),
        PayoutFrozenNotice(*_TRADE, FreezeReason.ADMIN),
        PayoutReleasedNotice(*_TRADE, _PAYOUT, datetime(2026, 3, 13, 15, 30, tzinfo=UTC)),
        PenaltyReversedNotice(*_TRADE, 1_000, 2_000),
        AlarmNotice(
            AlarmKind.PAIR_NOT_CLAIMED, ORDER, "The warehouse has had the pair for 2 days."
        ),
    )
    return {notice.KIND: notice for notice in notices}
