"""The numbers of orders, as people type them and scanners read them."""

import re
from uuid import UUID

from ....ports.language.errors import InvalidText
from ....ports.language.ids import OrderId

_NUMBER = re.compile(r"[0-9a-f]{8}([^0-9a-f]?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")


def order_number(text: str) -> OrderId:
    """Return the order whose number somebody typed or scanned. Raises InvalidText.

    A scanner is a keyboard: with another layout, it types something else in place of the hyphens.
    The address of an order has its number too.

    >>> order_number("01890A5E'0C12'7D33'8A4E'1C2D3E4F5A6B")
    UUID('01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b')
    """
    found = _NUMBER.search(text.lower())
    if found is None:
        raise InvalidText(field="number", problem="is no number of an order")
    digits = found[0].replace(found[1], "") if found[1] else found[0]
    return OrderId(UUID(digits))
