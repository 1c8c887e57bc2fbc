"""The reservation of an ask's unit of stock for an order."""

from datetime import datetime

from ...ports.language.catalog import Reservation, ReservationStatus
from ...ports.language.events import MatchCreated, OrderCancelled


def reservation_of(event: MatchCreated | OrderCancelled, at: datetime) -> Reservation:
    """Return the reservation for the event's order, reserved at `at`."""
    return Reservation(event.order_id, event.ask_id, event.book, ReservationStatus.RESERVED, at)
