"""The unit that stands behind an ask, promised to an order."""

from datetime import datetime

from ...ports.language.catalog import Reservation, ReservationStatus
from ...ports.language.events import MatchCreated, OrderCancelled


def reservation_of(event: MatchCreated | OrderCancelled, at: datetime) -> Reservation:
    """Return the reservation that the order of the event has, or is to have."""
    return Reservation(event.order_id, event.ask_id, event.book, ReservationStatus.RESERVED, at)
