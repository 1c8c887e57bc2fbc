"""Orders that are built step by step, without a store."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from solebook.core.orders.advance import StepTaken, advance
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Match, Side, Size
from solebook.ports.language.orders import (
    CancelReason,
    DeliveryProof,
    Fees,
    FreezeReason,
    Order,
    Shipment,
)
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.steps import (
    AuthFailed,
    AuthPassed,
    BuyerNotCharged,
    Cancelled,
    CarrierReceiptNoted,
    Complained,
    ComplaintDismissed,
    ComplaintUpheld,
    Confirmed,
    Delivered,
    MatchCreated,
    OrderStep,
    PairArrived,
    PaymentRefunded,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PutOff,
    Received,
    RecordedStep,
    RefundGranted,
    Returned,
    SellerShipped,
    ShipByExtended,
    Shipped,
    StockReserved,
)

from ...exchange import MONDAY

RULES = MarketRules()
WEDNESDAY = MONDAY + timedelta(days=2)
WAREHOUSE, ADMIN = UserId(UUID(int=9)), UserId(UUID(int=10))
MATCH = Match(
    id=OrderId(UUID(int=1)),
    bid_id=QuoteId(UUID(int=2)),
    ask_id=QuoteId(UUID(int=3)),
    buyer_id=UserId(UUID(int=4)),
    seller_id=UserId(UUID(int=5)),
    book=BookKey(ProductId(UUID(int=6)), Size("9")),
    price=20_000,
    matched_at=MONDAY,
    maker=Side.ASK,
)
OPENED = MatchCreated(MATCH, Fees(1, transaction=1_800, processing=600, shipping=1_400))
INBOUND, OUTBOUND = Shipment("UPS", "1Z1"), Shipment("FedEx", "2Z2")

MOVES: dict[str, OrderStep] = {
    "stock_reserved": StockReserved(),
    "confirmed": Confirmed(21_400, WEDNESDAY),
    "ship_by_extended": ShipByExtended(WEDNESDAY + timedelta(days=1)),
    "seller_shipped": SellerShipped(INBOUND),
    "received": Received(WAREHOUSE),
    "auth_passed": AuthPassed(WAREHOUSE),
    "auth_failed": AuthFailed(WAREHOUSE, "the stitching is wrong"),
    "shipped": Shipped(OUTBOUND),
    "returned": Returned(OUTBOUND),
    "buyer_not_charged": BuyerNotCharged(),
    "payment_refunded": PaymentRefunded(21_400),
    "payout_paid": PayoutPaid(17_600, 0),
    "payout_refused": PayoutRefused("account_closed"),
}
MOVES["cancelled: given_up, charged or not"] = Cancelled(CancelReason.GIVEN_UP, charge_known=False)
MOVES.update({f"complained: {kind}": Complained(kind, "odd") for kind in ComplaintKind})
MOVES.update({f"delivered: {proof}": Delivered(proof) for proof in DeliveryProof})
MOVES["complaint_dismissed"] = ComplaintDismissed(ADMIN, "it is the right pair")
for _bearer in Bearer:
    MOVES[f"complaint_upheld: {_bearer}"] = ComplaintUpheld(ADMIN, "so it is", _bearer, False)
    MOVES[f"complaint_upheld: {_bearer}, waived"] = ComplaintUpheld(ADMIN, "yes", _bearer, True)
    MOVES[f"refund_granted: {_bearer}"] = RefundGranted(ADMIN, "as agreed", _bearer)
    MOVES[f"cancelled: admin_cancelled, {_bearer}"] = Cancelled(
        CancelReason.ADMIN_CANCELLED, "a note", ADMIN, borne_by=_bearer
    )
for _why in FreezeReason:
    MOVES[f"payout_frozen: {_why}"] = PayoutFrozen(_why, "wait")
    MOVES[f"payout_released: {_why}"] = PayoutReleased(_why, "go on", ADMIN)
MOVES["put_off: to ship"] = PutOff(MONDAY, WEDNESDAY, ship_by=WEDNESDAY + timedelta(days=2))
MOVES["put_off: to complain"] = PutOff(MONDAY, WEDNESDAY, held_since=WEDNESDAY)
MOVES["pair_arrived"] = PairArrived(WAREHOUSE)
MOVES["carrier_receipt_noted"] = CarrierReceiptNoted(ADMIN, "the carrier has a receipt")
MOVES.update({f"cancelled: {reason}": Cancelled(reason, "a note") for reason in CancelReason})
"""A step of every kind, and a cancellation for every reason."""

WAYS: dict[str, tuple[str, ...]] = {
    "pending": (),
    "pending, reserved": ("stock_reserved",),
    "confirmed": ("stock_reserved", "confirmed"),
    "confirmed, extended": ("stock_reserved", "confirmed", "ship_by_extended"),
    "seller_shipping": ("stock_reserved", "confirmed", "seller_shipped"),
    "authenticating": ("stock_reserved", "confirmed", "seller_shipped", "received"),
    "auth_passed": ("stock_reserved", "confirmed", "seller_shipped", "received", "auth_passed"),
    "auth_failed": ("stock_reserved", "confirmed", "seller_shipped", "received", "auth_failed"),
    "cancelled, abandoned": ("cancelled: payment_overdue",),
    "cancelled, declined": ("stock_reserved", "cancelled: payment_declined"),
    "cancelled, unknown": ("stock_reserved", "cancelled: given_up, charged or not"),
    "cancelled, captured": ("stock_reserved", "confirmed", "cancelled: seller_cancelled"),
}
WAYS["shipping_to_buyer"] = (*WAYS["auth_passed"], "shipped")
WAYS["delivered"] = (*WAYS["shipping_to_buyer"], "delivered: buyer")
WAYS["delivered, refused"] = (*WAYS["delivered"], "payout_refused")
WAYS["delivered, paid out"] = (*WAYS["delivered"], "payout_paid")
WAYS["auth_failed, returned"] = (*WAYS["auth_failed"], "returned")
WAYS["auth_failed, refunded"] = (*WAYS["auth_failed"], "payment_refunded")
WAYS["auth_failed, over"] = (*WAYS["auth_failed"], "payment_refunded", "returned")
WAYS["cancelled, cleared"] = (*WAYS["cancelled, unknown"], "buyer_not_charged")
WAYS["delivered, assumed"] = (*WAYS["shipping_to_buyer"], "delivered: assumed")
WAYS["shipping_to_buyer, complained"] = (
    *WAYS["shipping_to_buyer"],
    "complained: not_received",
)
WAYS["auth_passed, complained"] = (*WAYS["shipping_to_buyer, complained"], "pair_arrived")
WAYS["delivered, withdrawn"] = (*WAYS["shipping_to_buyer, complained"], "delivered: buyer")
WAYS["delivered, came back"] = (*WAYS["delivered"], "pair_arrived")
WAYS["delivered, came back, sent"] = (*WAYS["delivered, came back"], "shipped")
WAYS["delivered, came back, complained"] = (
    *WAYS["delivered, came back"],
    "complained: not_as_described",
)
WAYS["delivered, complained"] = (*WAYS["delivered"], "complained: not_as_described")
WAYS["delivered, paid out, complained"] = (
    *WAYS["delivered, paid out"],
    "complained: not_as_described",
)
WAYS["delivered, dismissed"] = (*WAYS["delivered, complained"], "complaint_dismissed")
WAYS["delivered, return awaited"] = (*WAYS["delivered, complained"], "complaint_upheld: seller")
WAYS["delivered, refund due, returned"] = (*WAYS["delivered, return awaited"], "pair_arrived")
WAYS["delivered, refund due, kept by the buyer"] = (
    *WAYS["delivered, complained"],
    "complaint_upheld: exchange, waived",
)
WAYS["delivered, reclaimed"] = (*WAYS["delivered, paid out"], "refund_granted: seller")
WAYS["delivered, refund due"] = (*WAYS["delivered"], "refund_granted: buyer")
WAYS["delivered, frozen"] = (*WAYS["delivered"], "payout_frozen: admin")
WAYS["authenticating, frozen"] = (*WAYS["authenticating"], "payout_frozen: provider")
WAYS["seller_shipping, noted"] = (*WAYS["seller_shipping"], "carrier_receipt_noted")
WAYS["cancelled, never arrived"] = (*WAYS["seller_shipping"], "cancelled: arrival_overdue")
WAYS["cancelled, excused"] = (*WAYS["cancelled, never arrived"], "carrier_receipt_noted")
WAYS["cancelled, excused, paid back"] = (*WAYS["cancelled, excused"], "payout_paid")
WAYS["cancelled, arrived"] = (*WAYS["cancelled, captured"], "pair_arrived")
WAYS["cancelled, in the warehouse"] = (*WAYS["auth_passed"], "cancelled: admin_cancelled")
WAYS["cancelled, at the exchange's cost"] = (
    *WAYS["authenticating"],
    "cancelled: admin_cancelled, exchange",
)
WAYS["cancelled, at the exchange's cost, not shipped"] = (
    *WAYS["confirmed"],
    "cancelled: admin_cancelled, exchange",
)
WAYS["cancelled, at the exchange's cost, perhaps shipped"] = (
    *WAYS["seller_shipping"],
    "cancelled: admin_cancelled, exchange",
)
WAYS["cancelled, at the exchange's cost, with the carrier"] = (
    *WAYS["seller_shipping, noted"],
    "cancelled: admin_cancelled, exchange",
)
WAYS["cancelled, lost"] = (
    *WAYS["shipping_to_buyer, complained"],
    "complaint_upheld: exchange",
)
WAYS["cancelled, refunded"] = (*WAYS["cancelled, captured"], "payment_refunded")
"""The steps to each relevant state, from the opening."""


@dataclass
class Walk:
    """An order, its complete history, and its running deadlines."""

    order: Order
    history: list[RecordedStep]
    deadlines: dict[DeadlineKind, datetime]
    at: datetime = MONDAY

    @classmethod
    def begun(cls) -> "Walk":
        step = advance(None, OPENED, MONDAY, RULES)
        walk = cls(step.order, [step.recorded], {})
        walk._keep_time(step)
        return walk

    def take(self, event: OrderStep, after: timedelta = timedelta(minutes=1)) -> StepTaken:
        """Apply a step to the order. If it raises IllegalMove, nothing has changed."""
        at = self.at + after
        step = advance(self.order, event, at, RULES)
        self.at = at
        self.order = step.order
        self.history.append(step.recorded)
        self._keep_time(step)
        return step

    def _keep_time(self, step: StepTaken) -> None:
        for kind in step.ends:
            self.deadlines.pop(kind, None)
        for deadline in step.begins:
            self.deadlines[deadline.kind] = deadline.due_at


def walked(moves: Iterable[str]) -> Walk:
    walk = Walk.begun()
    for move in moves:
        walk.take(MOVES[move])
    return walk


def order_in(state: str) -> Order:
    return walked(WAYS[state]).order
