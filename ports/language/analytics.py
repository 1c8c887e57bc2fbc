"""The tape of sales, and candles and statistics about it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .ids import OrderId
from .imports import is_imported
from .market import BookKey
from .money import Cents


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid trade, with the price (in minor units) and the time (UTC) of its match."""

    order_id: OrderId
    book: BookKey
    price: Cents
    sold_at: datetime
    arrival: int = field(default=0, compare=False)
    """Its number, from 0, among the sales of its product with the same time.

    The tape gives it when it records the sale.
    """

    @property
    def is_imported(self) -> bool:
        """Whether it was made elsewhere, so that it has no order."""
        return is_imported(self.order_id)

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands on its product's tape: at one instant, what arrived later is later."""
        return self.sold_at, self.arrival


@dataclass(frozen=True, slots=True)
class SalesSummary:
    """The sales of one book without voided ones: their number, their total, and the last one."""

    sales: int
    total: Cents
    last: Sale

    @property
    def book(self) -> BookKey:
        return self.last.book


@dataclass(frozen=True, slots=True)
class TapedSale:
    """A sale that was recorded on the tape, and whether it was voided since."""

    sale: Sale
    voided: bool


class Interval(StrEnum):
    """The length of a candle, in UTC. Weeks begin on Mondays."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1mo"


@dataclass(frozen=True, slots=True)
class Candle:
    """The sales of one interval from `starts_at` (UTC). Prices and the total are in minor units."""

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

    @property
    def volume(self) -> int:
        """The number of pairs that were sold: one in each sale."""
        return self.sales

    @property
    def vwap(self) -> Cents:
        """The volume-weighted average price in minor units, rounded half up."""
        return (2 * self.total + self.volume) // (2 * self.volume)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of a product, or of one size, over the last 52 weeks (`sales_ever`: all time).

    Prices are in minor units, and None without a sale.
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
    """The standard deviation of the logarithmic returns between daily closes."""
    premium: float | None
    """The last price relative to the retail price, as a fraction above it: 0.5 is 50 %."""
