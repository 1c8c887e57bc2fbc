"""How long the exchange keeps what it needs no more."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from .limits import Between, check_limits

_DAY, _TEN_YEARS = timedelta(days=1), timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long some things are kept. Raises ValueError for times that are out of bounds."""

    addresses: Annotated[
        timedelta, Between(_DAY, _TEN_YEARS, "a late dispute could not be answered with it")
    ] = timedelta(days=180)
    """How long an order's shipping address is kept after the last step of an order that is over.

    Banks take disputes for about 120 days after a delivery, and the address is evidence.
    """

    photos: Annotated[
        timedelta, Between(_DAY, _TEN_YEARS, "a late dispute could not be answered with them")
    ] = timedelta(days=180)
    """How long the photos of a pair are kept after the last step of an order that is over."""
    quotes_in_books: Annotated[
        timedelta, Between(_DAY, _TEN_YEARS, "every quote would be moved as soon as it ends")
    ] = timedelta(days=7)
    """How long after it was placed an ended quote stays in the tables of the books.

    After that it is in the archive, where its owner finds it as before.
    """
    quotes_without_trade: Annotated[
        timedelta, Between(_DAY, _TEN_YEARS, "their owners could not look back")
    ] = timedelta(days=365)
    """How long a quote that never traded is kept after it would have expired."""

    def __post_init__(self) -> None:
        check_limits(self)
