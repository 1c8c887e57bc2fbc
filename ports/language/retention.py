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

    def __post_init__(self) -> None:
        check_limits(self)
