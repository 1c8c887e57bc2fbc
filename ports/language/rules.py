"""The rules of one market: every number that a deployment may set."""

from dataclasses import dataclass, fields
from datetime import timedelta

from .errors import OutOfRange, OutsideTick
from .money import BasisPoints, Cents, share

LEVELS = 5
"""How many levels a seller can reach."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How many days a quote may live."""

    minimum: int
    maximum: int
    default: int

    def __post_init__(self) -> None:
        if not 1 <= self.minimum <= self.default <= self.maximum:
            raise ValueError(f"lifetimes must satisfy 1 <= minimum <= default <= maximum: {self}")


@dataclass(frozen=True, slots=True)
class LevelThreshold:
    """Either is enough to reach a seller level in a quarter; `volume` is in cents."""

    sales: int
    volume: Cents


@dataclass(frozen=True, slots=True)
class MarketRules:
    """The rules of the market, with its defaults. Raises ValueError where they contradict."""

    tick: Cents = 100
    min_amount: Cents = 2_500
    max_amount: Cents = 10_000_000
    bid_days: Lifetimes = Lifetimes(1, 60, 30)
    ask_days: Lifetimes = Lifetimes(1, 365, 60)
    max_open_quotes: int = 500
    """Open bids, and open asks, that one user may have."""
    max_price_alerts: int = 100
    """Price alerts that one user may have."""

    transaction_fees: tuple[BasisPoints, ...] = (900, 850, 800, 750, 700)
    """By seller level 1 to 5."""
    min_transaction_fee: Cents = 500
    processing_fee: BasisPoints = 300
    shipping_fee: Cents = 1_400
    level_thresholds: tuple[LevelThreshold, ...] = (
        LevelThreshold(12, 150_000),
        LevelThreshold(40, 500_000),
        LevelThreshold(200, 2_500_000),
        LevelThreshold(800, 10_000_000),
    )
    """For levels 2 to 5."""
    penalty: BasisPoints = 1_500
    min_penalty: Cents = 1_500

    payment_window: timedelta = timedelta(minutes=15)
    shipment_business_days: int = 2
    shipment_extension: timedelta = timedelta(hours=24)
    arrival_window: timedelta = timedelta(days=14)
    delivery_window: timedelta = timedelta(days=14)
    payout_hold: timedelta = timedelta(days=3)
    review_lease: timedelta = timedelta(minutes=30)

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            seconds = value.total_seconds() if isinstance(value, timedelta) else value
            if isinstance(seconds, int | float) and seconds < 0:
                raise ValueError(f"{field.name} must not be negative")
        if self.tick < 1 or self.min_amount % self.tick or self.max_amount % self.tick:
            raise ValueError("min_amount and max_amount must be multiples of a positive tick")
        if not self.tick <= self.min_amount <= self.max_amount:
            raise ValueError("min_amount must lie between the tick and max_amount")
        if len(self.transaction_fees) != LEVELS or len(self.level_thresholds) != LEVELS - 1:
            raise ValueError(
                f"there are {LEVELS} seller levels: {LEVELS} transaction_fees, and a "
                "level_threshold for each level but the first"
            )
        if min(self.transaction_fees) < 0:
            raise ValueError("transaction_fees must not be negative")
        if max(self.transaction_fees) + self.processing_fee >= 10_000:
            raise ValueError("the fees must leave the seller something")
        if (
            self.min_amount
            <= self.min_transaction_fee + self.min_amount * self.processing_fee // 10_000
        ):
            raise ValueError("the fees must leave the seller something of the lowest amount")

    def penalty_of(self, price: Cents) -> Cents:
        """Return what a seller owes who breaks off a trade at `price`.

        >>> MarketRules().penalty_of(20_000)
        3000
        """
        return max(share(price, self.penalty), self.min_penalty)

    def check_amount(self, amount: Cents, *, field: str = "amount") -> None:
        """Raise OutOfRange or OutsideTick unless quotes may stand at `amount`, given in `field`."""
        if not self.min_amount <= amount <= self.max_amount:
            raise OutOfRange(
                field=field, value=amount, minimum=self.min_amount, maximum=self.max_amount
            )
        if amount % self.tick:
            raise OutsideTick(amount=amount, tick=self.tick)
