"""Checks the carrier and tracking number of a parcel."""

from ...ports.language.links import check_plain
from ...ports.language.orders import Shipment


def parcel(carrier: str, tracking_number: str) -> Shipment:
    """Return the shipment; its texts must not contain links. Raises InvalidText."""
    return Shipment(
        carrier=check_plain("carrier", carrier, max_length=60),
        tracking_number=check_plain("tracking_number", tracking_number, max_length=60),
    )
