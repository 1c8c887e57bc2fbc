"""The tape: what was sold, for how much, when."""

from dataclasses import dataclass
from datetime import datetime

from .ids import OrderId
from .market import BookKey
from .money import Cents


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid trade, at its match's price in cents and instant (UTC)."""

    order_id: OrderId
    book: BookKey
    price: Cents
    sold_at: datetime


@dataclass(frozen=True, slots=True)
class SalesSummary:
    """The sales of one size of one product, voided ones left out, in cents."""

    book: BookKey
    sales: int
    total: Cents
    last_price: Cents
    last_sold_at: datetime
