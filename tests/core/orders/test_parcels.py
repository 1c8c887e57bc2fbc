import pytest

from solebook.core.orders.parcels import parcel
from solebook.ports.language.errors import InvalidText
from solebook.ports.language.orders import Shipment


def test_a_parcel_has_a_carrier_and_a_number() -> None:
    assert parcel(" UPS ", "1Z 999 AA1") == Shipment("UPS", "1Z 999 AA1")


@pytest.mark.parametrize(
    ("carrier", "number", "field"),
    [
        ("evil.example/x", "1Z999AA1", "carrier"),
        ("UPS", "https://evil.example/1Z999AA1", "tracking_number"),
        ("UPS", "track@evil.example", "tracking_number"),
        ("UPS\nPay", "1Z999AA1", "carrier"),
    ],
)
def test_a_parcel_with_a_link_or_a_line_break_is_refused(
    carrier: str, number: str, field: str
) -> None:
    with pytest.raises(InvalidText) as refused:
        parcel(carrier, number)
    assert refused.value.field == field
