"""The steps of an order's history as each viewer sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.language.steps import (
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
    PaymentRefundedUnasked,
    PaymentRefundFailed,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PayoutReopened,
    PutOff,
    Received,
    RecordedStep,
    RefundGranted,
    Returned,
    SellerShipped,
    ShipByExtended,
    Shipped,
    ShortfallBorne,
    StockReserved,
)
from .viewers import Viewer

_ALL = frozenset(Viewer)
_PURCHASE = frozenset(viewer for viewer in Viewer if viewer.sees_purchase)
_SALE = frozenset(viewer for viewer in Viewer if viewer.sees_sale)
_STAFF = frozenset({Viewer.STAFF})

SHOWN: Mapping[type[OrderStep], Mapping[str, frozenset[Viewer]]] = {
    MatchCreated: {},
    StockReserved: {},
    Confirmed: {"amount": _PURCHASE, "ship_by": _ALL},
    ShipByExtended: {"ship_by": _ALL},
    PutOff: {"since": _ALL, "until": _ALL, "ship_by": _ALL},
    SellerShipped: {"shipment": _ALL},
    Received: {"by": _STAFF},
    AuthPassed: {"by": _STAFF},
    AuthFailed: {"by": _STAFF, "reason": _ALL},
    Shipped: {"shipment": _ALL},
    Returned: {"shipment": _ALL},
    Delivered: {"proof": _ALL},
    Cancelled: {
        "reason": _ALL,
        "note": _ALL,
        "by": _STAFF,
        "charge_known": _PURCHASE,
        "borne_by": _SALE,
    },
    BuyerNotCharged: {},
    PaymentRefunded: {"amount": _PURCHASE},
    PayoutPaid: {"amount": _SALE, "debt_settled": _SALE},
    PaymentRefundedUnasked: {"amount": _PURCHASE},
    PaymentRefundFailed: {"amount": _PURCHASE, "reason": _PURCHASE, "owed": _STAFF},
    ShortfallBorne: {"amount": _STAFF, "borne_by": _STAFF},
    PayoutRefused: {"reason": _SALE},
    PayoutReopened: {"amount": _SALE, "reason": _SALE},
    Complained: {"kind": _ALL, "reason": _ALL},
    ComplaintDismissed: {"note": _ALL, "by": _STAFF},
    ComplaintUpheld: {
        "note": _ALL,
        "borne_by": _SALE,
        "return_waived": _ALL,
        "by": _STAFF,
    },
    PairArrived: {"by": _STAFF},
    RefundGranted: {"note": _ALL, "borne_by": _SALE, "by": _STAFF},
    PayoutFrozen: {"reason": _SALE, "note": _STAFF, "by": _STAFF},
    PayoutReleased: {"reason": _SALE, "note": _STAFF, "by": _STAFF},
    CarrierReceiptNoted: {"note": _STAFF, "by": _STAFF},
}
"""The viewers of each field of each step. The data of MatchCreated is shown on the order."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """Step `number` in an order's history. The keys of `data` depend on `type`."""

    number: int
    type: str
    at: datetime
    data: Mapping[str, object]


def show_step(recorded: RecordedStep, viewer: Viewer) -> ShownStep:
    """Return the step with the fields that the viewer may see."""
    step = recorded.step
    if isinstance(step, Cancelled) and not viewer.sees_note(step.reason):
        step = replace(step, note=None)
    return ShownStep(
        number=recorded.number,
        type=step.TYPE,
        at=recorded.at,
        data={
            field: getattr(step, field)
            for field, viewers in SHOWN[type(step)].items()
            if viewer in viewers
        },
    )
