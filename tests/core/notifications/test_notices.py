"""The notices of each event for buyer and seller."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from solebook.core.notifications.notices import (
    TradeNews,
    notice_to_buyer,
    notice_to_seller,
    shoe_of,
)
from solebook.ports.language.complaint_notices import RefundFailedNotice
from solebook.ports.language.events import (
    MatchCreated,
    MatchUnwound,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderShipped,
    PaymentDeclined,
    PaymentNeedsBuyer,
    PaymentRefundFailed,
    PayoutPaid,
    PayoutRefused,
)
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import AskFate, BookKey, Size, WithdrawalReason
from solebook.ports.language.notifications import Notice, Shoe, Warehouse
from solebook.ports.language.orders import CancelReason, DeliveryProof, Fees, Order, PaymentStatus
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.trade_notices import (
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

from ...ports.records import Records

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ID, BUYER, SELLER = OrderId(UUID(int=1)), UserId(UUID(int=2)), UserId(UUID(int=3))
BID, ASK = QuoteId(UUID(int=4)), QuoteId(UUID(int=5))
BOOK = BookKey(ProductId(UUID(int=6)), Size("9"))
SHOE = Shoe(BOOK, "Testbrand Model One White", "TS-0001")
WAREHOUSE = Warehouse("Test warehouse", "1 Test Street", "Testville", "OR", "97005", "US")
RULES = MarketRules(payout_hold=timedelta(days=5))
PAID = Order(
    id=ID,
    bid_id=BID,
    ask_id=ASK,
    buyer_id=BUYER,
    seller_id=SELLER,
    book=BOOK,
    price=20_000,
    fees=Fees(seller_level=1, transaction=1_800, processing=600, shipping=1_400),
    matched_at=NOW,
    updated_at=NOW,
    version=3,
    payment_status=PaymentStatus.CAPTURED,
)


def cancelled(reason: CancelReason) -> OrderCancelled:
    return OrderCancelled(ID, BID, ASK, BUYER, SELLER, BOOK, 20_000, reason, "a note")


def told(event: TradeNews, order: Order = PAID) -> tuple[Notice | None, Notice | None]:
    """Return the notices of the buyer and the seller."""
    return (
        notice_to_buyer(event, order, SHOE, RULES, WAREHOUSE),
        notice_to_seller(event, order, SHOE, RULES, WAREHOUSE),
    )


STORY: list[tuple[TradeNews, Notice | None, Notice | None]] = [
    (
        PaymentRefundFailed(ID, 20_000, "expired_or_canceled_card", owed=True),
        RefundFailedNotice(ID, SHOE, amount=20_000, reason="expired_or_canceled_card"),
        None,
    ),
    (
        MatchCreated(ID, BID, ASK, BUYER, SELLER, BOOK, 20_000, NOW),
        BidMatchedNotice(ID, SHOE, price=20_000, total=21_400),
        AskMatchedNotice(ID, SHOE, price=20_000, payout=17_600),
    ),
    (
        PaymentNeedsBuyer(ID, "https://bank.example.com/1", NOW),
        PaymentNeedsBuyerNotice(
            ID, SHOE, total=21_400, url="https://bank.example.com/1", until=NOW
        ),
        None,
    ),
    (
        PaymentDeclined(ID, "insufficient_funds"),
        PaymentDeclinedNotice(ID, SHOE, total=21_400, reason="insufficient_funds"),
        None,
    ),
    (
        OrderConfirmed(ID, BUYER, SELLER, BOOK, 20_000, NOW, ship_by=NOW + timedelta(days=2)),
        OrderConfirmedNotice(ID, SHOE, price=20_000, shipping=1_400, total=21_400),
        SaleConfirmedNotice(
            ID,
            SHOE,
            price=20_000,
            payout=17_600,
            ship_to=WAREHOUSE,
            ship_by=NOW + timedelta(days=2),
        ),
    ),
    (
        OrderAuthPassed(ID, BUYER, SELLER),
        OrderAuthPassedNotice(ID, SHOE),
        SaleAuthPassedNotice(ID, SHOE, payout=17_600),
    ),
    (
        OrderAuthFailed(ID, BUYER, SELLER, 20_000, "the stitching is wrong"),
        OrderAuthFailedNotice(ID, SHOE, reason="the stitching is wrong", refund=21_400),
        SaleAuthFailedNotice(ID, SHOE, reason="the stitching is wrong", penalty=3_000),
    ),
    (
        OrderShipped(ID, BUYER, SELLER, "UPS", "1Z999"),
        OrderShippedNotice(ID, SHOE, carrier="UPS", tracking_number="1Z999"),
        None,
    ),
    (
        OrderDelivered(ID, BUYER, SELLER, 20_000, NOW, DeliveryProof.BUYER),
        OrderDeliveredNotice(ID, SHOE, NOW, NOW + timedelta(days=3), DeliveryProof.BUYER),
        SaleDeliveredNotice(ID, SHOE, payout=17_600, payout_due_at=NOW + timedelta(days=5)),
    ),
    (
        PayoutPaid(ID, SELLER, amount=14_600, debt_settled=3_000),
        None,
        PayoutPaidNotice(ID, SHOE, amount=14_600, debt_settled=3_000),
    ),
    (
        PayoutRefused(ID, SELLER, amount=14_600, reason="account_closed"),
        None,
        PayoutRefusedNotice(ID, SHOE, amount=14_600, reason="account_closed"),
    ),
]


@pytest.mark.parametrize(
    ("event", "buyer", "seller"), STORY, ids=[type(event).__name__ for event, _, _ in STORY]
)
def test_buyer_and_seller_get_their_notices(
    event: TradeNews, buyer: Notice | None, seller: Notice | None
) -> None:
    assert told(event) == (buyer, seller)


def unwound(
    reason: CancelReason, ask: AskFate = AskFate.ENDED, order: Order = PAID
) -> Notice | None:
    """Return the seller's notice after the match of an order is unwound."""
    withdrawal = WithdrawalReason.OWN_COUNTERPART if ask is AskFate.WITHDRAWN else None
    ended = replace(order, cancel_reason=reason, note="a note")
    buyer, seller = told(MatchUnwound(ID, ask, withdrawal), ended)
    assert buyer is None
    return seller


@pytest.mark.parametrize(
    ("reason", "penalty"),
    [
        (CancelReason.PAYMENT_OVERDUE, 0),
        (CancelReason.STOCK_REFUSED, 0),
        (CancelReason.SELLER_CANCELLED, 3_000),
        (CancelReason.SHIPMENT_OVERDUE, 3_000),
        (CancelReason.ARRIVAL_OVERDUE, 3_000),
        (CancelReason.ADMIN_CANCELLED, 0),
    ],
)
def test_a_seller_is_told_why_a_sale_ended_and_what_it_costs(
    reason: CancelReason, penalty: int
) -> None:
    assert unwound(reason) == SaleCancelledNotice(
        ID, SHOE, reason=reason, note="a note", penalty=penalty, ask=AskFate.ENDED
    )


@pytest.mark.parametrize("ask", AskFate)
def test_a_seller_is_told_the_fate_of_the_ask(ask: AskFate) -> None:
    notice = unwound(CancelReason.PAYMENT_OVERDUE, ask)
    assert isinstance(notice, SaleCancelledNotice)
    withdrawn = ask is AskFate.WITHDRAWN
    assert notice.ask is ask
    assert notice.withdrawal is (WithdrawalReason.OWN_COUNTERPART if withdrawn else None)


def test_a_seller_is_notified_of_a_cancellation_when_the_asks_fate_is_known() -> None:
    _, seller = told(cancelled(CancelReason.SELLER_CANCELLED))
    assert seller is None


def test_a_seller_is_not_told_why_the_buyers_payment_was_declined() -> None:
    assert unwound(CancelReason.PAYMENT_DECLINED) == SaleCancelledNotice(
        ID, SHOE, CancelReason.PAYMENT_DECLINED, note=None, penalty=0, ask=AskFate.ENDED
    )


@pytest.mark.parametrize("reason", sorted(set(CancelReason) - {CancelReason.PAYMENT_DECLINED}))
def test_a_buyer_is_told_why_an_order_ended(reason: CancelReason) -> None:
    buyer, _ = told(cancelled(reason))
    assert buyer == OrderCancelledNotice(ID, SHOE, reason=reason, note="a note", refund=21_400)


def test_a_buyer_whose_payment_was_declined_gets_one_notice() -> None:
    assert told(cancelled(CancelReason.PAYMENT_DECLINED))[0] is None


@pytest.mark.parametrize(
    ("status", "refund"),
    [
        (PaymentStatus.PENDING, 0),
        (PaymentStatus.DECLINED, 0),
        (PaymentStatus.ABANDONED, 0),
        (PaymentStatus.CAPTURED, 21_400),
        (PaymentStatus.REFUND_DUE, 21_400),
        (PaymentStatus.REFUNDED, 21_400),
    ],
)
def test_a_buyer_gets_the_payment_back(status: PaymentStatus, refund: int) -> None:
    order = replace(PAID, payment_status=status)
    buyer, _ = told(cancelled(CancelReason.ADMIN_CANCELLED), order)
    assert isinstance(buyer, OrderCancelledNotice)
    assert buyer.refund == refund


def test_the_penalty_of_a_cheap_pair_is_the_minimum() -> None:
    seller = unwound(CancelReason.SELLER_CANCELLED, order=replace(PAID, price=5_000))
    assert isinstance(seller, SaleCancelledNotice)
    assert seller.penalty == 1_500


def test_a_shoes_name_has_brand_model_and_colorway(records: Records) -> None:
    product = records.product(brand="Nike", model="Dunk Low", colorway="Panda", style_code="D-1")
    book = records.book(product.id)
    assert shoe_of(product, book) == Shoe(book, "Nike Dunk Low Panda", "D-1")


def test_the_buyer_is_not_told_of_an_unasked_refund_that_came_back() -> None:
    assert told(PaymentRefundFailed(ID, 100, "failed", owed=False)) == (None, None)
