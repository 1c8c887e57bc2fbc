"""Parcels: what must be said of one."""

from ...ports.language.orders import Shipment
from ...ports.language.text import check_text


def parcel(carrier: str, tracking_number: str) -> Shipment:
    """Return the shipment that was described. Raises InvalidText."""
    return Shipment(
        carrier=check_text("carrier", carrier, max_length=60),
        tracking_number=check_text("tracking_number", tracking_number, max_length=60),
    )
