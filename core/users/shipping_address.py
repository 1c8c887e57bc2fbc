"""Validation of a shipping address."""

import re
from dataclasses import replace

from ...ports.language.errors import InvalidText
from ...ports.language.text import check_text
from ...ports.language.users import PostalAddress

MAX_ADDRESSES = 20
"""The maximum for one user."""

_COUNTRY = re.compile(r"[A-Z]{2}")


def check_address(address: PostalAddress) -> PostalAddress:
    """Return the address with the white space around its fields stripped.

    `region` and `postal_code` may be empty, because not every country has them. `country` is two
    upper-case letters, as in ISO 3166-1; whether a carrier ships there is not checked.
    Raises InvalidText.
    """
    if not _COUNTRY.fullmatch(address.country):
        raise InvalidText(field="country", problem="is not two upper-case letters such as US")
    return replace(
        address,
        street=check_text("street", address.street, max_length=200),
        city=check_text("city", address.city, max_length=100),
        region=check_text("region", address.region, max_length=100, min_length=0),
        postal_code=check_text("postal_code", address.postal_code, max_length=20, min_length=0),
    )
