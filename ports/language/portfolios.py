"""Portfolios: the pairs that somebody bought and has, and what they are worth."""

from dataclasses import dataclass
from datetime import datetime

from .ids import OrderId
from .market import BookKey
from .money import Cents
from .orders import OrderStatus


@dataclass(frozen=True, slots=True)
class Holding:
    """A pair that belongs to its buyer, delivered or on its way. Amounts are in minor units."""

    order_id: OrderId
    book: BookKey
    status: OrderStatus
    bought_at: datetime
    paid: Cents
    """The price with the shipping."""
    value: Cents
    """The price of the last sale in its book."""

    @property
    def gain(self) -> Cents:
        """What it is worth more than was paid, or minus what it is worth less."""
        return self.value - self.paid


@dataclass(frozen=True, slots=True)
class PortfolioValue:
    """What the pairs that somebody has were worth at an instant, of those bought by then.

    Amounts are in minor units.
    """

    at: datetime
    pairs: int
    paid: Cents
    """Their prices with the shipping."""
    value: Cents
    """The prices of the last sales in their books until then."""
    since: datetime | None
    """When the first of them was bought. None without any."""

    @property
    def gain(self) -> Cents:
        """What they were worth more than was paid, or minus what they were worth less."""
        return self.value - self.paid
