"""What each party sees of an order's history."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.language.order_history import (
    Cancelled,
    CarrierReceiptNoted,
    Complained,
    ComplaintDismissed,
    ComplaintUpheld,
    Delivered,
    Dispatched,
    Failed,
    NotCharged,
    Opened,
    OrderEvent,
    Paid,
    PaidOut,
    PairArrived,
    Passed,
    PayoutFrozen,
    PayoutRefused,
    PayoutReleased,
    PayoutReopened,
    PutOff,
    Received,
    RecordedEvent,
    Refunded,
    RefundedUnasked,
    RefundGranted,
    ReturnSent,
    ShipByExtended,
    Shipped,
    ShortfallBorne,
    UnitReserved,
)
from .viewers import Viewer

_ALL = frozenset(Viewer)
_PURCHASE = frozenset(viewer for viewer in Viewer if viewer.sees_purchase)
_SALE = frozenset(viewer for viewer in Viewer if viewer.sees_sale)
_STAFF = frozenset({Viewer.STAFF})

SHOWN: Mapping[type[OrderEvent], Mapping[str, frozenset[Viewer]]] = {
    Opened: {},
    UnitReserved: {},
    Paid: {"amount": _PURCHASE, "ship_by": _ALL},
    ShipByExtended: {"ship_by": _ALL},
    PutOff: {"since": _ALL, "until": _ALL, "ship_by": _ALL},
    Shipped: {"shipment": _ALL},
    Received: {"by": _STAFF},
    Passed: {"by": _STAFF},
    Failed: {"by": _STAFF, "reason": _ALL},
    Dispatched: {"shipment": _ALL},
    ReturnSent: {"shipment": _ALL},
    Delivered: {"proof": _ALL},
    Cancelled: {
        "reason": _ALL,
        "note": _ALL,
        "by": _STAFF,
        "charge_known": _PURCHASE,
        "borne_by": _SALE,
    },
    NotCharged: {},
    Refunded: {"amount": _PURCHASE},
    PaidOut: {"amount": _SALE, "debt_settled": _SALE},
    RefundedUnasked: {"amount": _PURCHASE},
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
"""Which fields of each event are shown, and to whom. What its match settled is on the order."""


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """Event `number` in an order's history. What `data` holds depends on `type`."""

    number: int
    type: str
    at: datetime
    data: Mapping[str, object]


def show_event(recorded: RecordedEvent, viewer: Viewer) -> ShownEvent:
    """Return what the viewer sees of an event."""
    event = recorded.event
    if isinstance(event, Cancelled) and not viewer.sees_note(event.reason):
        event = replace(event, note=None)
    return ShownEvent(
        number=recorded.number,
        type=event.TYPE,
        at=recorded.at,
        data={
            field: getattr(event, field)
            for field, viewers in SHOWN[type(event)].items()
            if viewer in viewers
        },
    )
