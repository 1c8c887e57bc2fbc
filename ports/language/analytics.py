"""The tape and its figures: what was sold, for how much, when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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

    @property
    def place(self) -> tuple[datetime, OrderId]:
        """Where it stands on the tape: sales of one instant are told apart by their orders' ids."""
        return self.sold_at, self.order_id


@dataclass(frozen=True, slots=True)
class SalesSummary:
    """The sales of one book, voided ones left out: how many, their total in cents, the last."""

    sales: int
    total: Cents
    last: Sale

    @property
    def book(self) -> BookKey:
        return self.last.book


class Interval(StrEnum):
    """How long a candle lasts, in UTC: weeks begin on Mondays."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1mo"


@dataclass(frozen=True, slots=True)
class Candle:
    """The sales of one interval, from `starts_at` (UTC) on; prices and their total in cents."""

    starts_at: datetime
    open: Cents
    high: Cents
    low: Cents
    close: Cents
    sales: int
    total: Cents

    def __post_init__(self) -> None:
        assert self.sales > 0, "an interval without sales has no candle"
        assert self.low <= min(self.open, self.close), self
        assert self.high >= max(self.open, self.close), self


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a product, or of one size, over the last 52 weeks but for `sales_ever`.

    Prices are in cents and None without a sale to take them from.
    """

    sales_ever: int
    last_price: Cents | None
    last_sold_at: datetime | None
    sales: int
    total: Cents
    high: Cents | None
    low: Cents | None
    mean: float | None
    volatility: float | None
    """The standard deviation of the logarithmic returns from one day's close to the next."""
    premium: float | None
    """What the last price is above the retail price, as a fraction of that: 0.5 is 50 %."""
