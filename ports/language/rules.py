"""The rules of one market: every number that a deployment may set."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Annotated

from .errors import OutOfRange, OutsideTick
from .limits import Between, check_limits
from .money import BasisPoints, Cents, share

LEVELS = 5
"""How many levels a seller can reach."""

_MAX_AMOUNT = 1_000_000_000
"""Cents. Totals of many sales at such prices still fit the store's integers."""
_WHOLE = 10_000
"""Basis points: the whole of an amount."""

_SECOND = timedelta(seconds=1)
_YEAR = timedelta(days=365)
_ALARMING = "every order would raise an alarm at once"
_NOTHING_LEFT = "the seller would get nothing"
_OVERDUE = "an order would be overdue as soon as it is made"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How many days a quote may live."""

    minimum: Annotated[int, Between(1, 3_650, "a quote would expire as it is placed")]
    maximum: Annotated[int, Between(1, 3_650, "a quote would expire as it is placed")]
    default: Annotated[int, Between(1, 3_650, "a quote would expire as it is placed")]

    def __post_init__(self) -> None:
        check_limits(self)
        if not 1 <= self.minimum <= self.default <= self.maximum:
            raise ValueError(
                f"default must be from minimum to maximum, {self.minimum} to {self.maximum} days, "
                f"not {self.default}"
            )


@dataclass(frozen=True, slots=True)
class LevelThreshold:
    """Either is enough to reach a seller level in a quarter; `volume` is in cents."""

    sales: Annotated[int, Between(0, 1_000_000_000)]
    volume: Annotated[Cents, Between(0, 1_000_000_000_000)]

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, slots=True)
class MarketRules:
    """The rules of the market, with its defaults.

    Raises ValueError, which tells why, for numbers that break the market: alone, or together.
    By rules that are accepted every trade leaves its seller a cent at least, whatever the price and
    the seller's level, and no order is overdue as soon as it is made.
    """

    tick: Annotated[Cents, Between(1, 1_000_000, "amounts need a step")] = 100
    min_amount: Annotated[Cents, Between(1, _MAX_AMOUNT, "a trade costs something")] = 2_500
    max_amount: Annotated[Cents, Between(1, _MAX_AMOUNT, "a trade costs something")] = 10_000_000
    bid_days: Lifetimes = Lifetimes(1, 60, 30)
    ask_days: Lifetimes = Lifetimes(1, 365, 60)
    max_open_quotes: Annotated[int, Between(1, 1_000_000, "nothing could rest in a book")] = 500
    """Open bids, and open asks, that one user may have."""
    max_unpaid_orders: Annotated[int, Between(1, 1_000_000, "nobody could buy anything")] = 20
    """Orders of one buyer that may await their payment."""
    max_price_alerts: Annotated[int, Between(0, 100_000)] = 100
    """Price alerts that one user may have; 0 offers none."""
    price_alert_pause: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(hours=1)
    """How long a user's alerts on a book rest when one has fired; 0 does not let them rest."""
    price_alert_memory: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(days=7)
    """How long after it has fired an alert fires only at a lower price; 0 takes any price."""

    transaction_fees: tuple[
        Annotated[BasisPoints, Between(0, _WHOLE - 1, why_not_more=_NOTHING_LEFT)], ...
    ] = (
        900,
        850,
        800,
        750,
        700,
    )
    """By seller level 1 to 5."""
    min_transaction_fee: Annotated[Cents, Between(0, _MAX_AMOUNT)] = 500
    processing_fee: Annotated[BasisPoints, Between(0, _WHOLE - 1, why_not_more=_NOTHING_LEFT)] = 300
    shipping_fee: Annotated[Cents, Between(0, _MAX_AMOUNT)] = 1_400
    level_thresholds: tuple[LevelThreshold, ...] = (
        LevelThreshold(12, 150_000),
        LevelThreshold(40, 500_000),
        LevelThreshold(200, 2_500_000),
        LevelThreshold(800, 10_000_000),
    )
    """For levels 2 to 5."""
    penalty: Annotated[
        BasisPoints,
        Between(0, _WHOLE, why_not_more="a seller would owe more than the whole price of a trade"),
    ] = 1_500
    """Of the price."""
    min_penalty: Annotated[Cents, Between(0, _MAX_AMOUNT)] = 1_500

    payment_window: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(minutes=15)
    """From the provider's first answer to a charge until it must have succeeded."""
    give_up_after: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(hours=1)
    """From the match until the provider must have given its first answer."""
    max_backlog: Annotated[timedelta, Between(_SECOND, _YEAR, "no offer would be taken")] = (
        timedelta(seconds=5)
    )
    """How long an order may wait for its turn to be charged before new offers are refused."""
    max_declines: Annotated[int, Between(1, 100, "nobody could bid")] = 3
    """So many declined cards within `decline_window` keep a buyer from bidding."""
    decline_window: Annotated[timedelta, Between(_SECOND, _YEAR, "no decline would count")] = (
        timedelta(days=30)
    )
    shipment_business_days: Annotated[int, Between(1, 260, _OVERDUE)] = 2
    shipment_extension: Annotated[
        timedelta, Between(_SECOND, _YEAR, "a seller would ask for nothing")
    ] = timedelta(hours=24)
    arrival_window: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(days=14)
    delivery_window: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(days=14)
    payout_hold: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(days=3)
    """0 pays the seller as soon as the pair is delivered."""
    complaint_window: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(days=3)
    """How long after the delivery the buyer can complain; 0 leaves no time for it."""
    review_lease: Annotated[timedelta, Between(_SECOND, _YEAR, "two could review one pair")] = (
        timedelta(minutes=30)
    )

    claim_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=2)
    """A pair that was received is to be taken on by an authenticator."""
    review_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=1)
    """An authenticator who took a pair on is to give a verdict."""
    dispatch_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=2)
    """A pair that passed is to leave for its buyer."""
    return_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=3)
    """A pair that is due back to its seller, or its buyer, is to leave the warehouse."""
    transit_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=10)
    """A pair that left for its buyer is to arrive."""
    decision_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=2)
    """An admin is to decide on a complaint."""
    complaint_return_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(
        days=14
    )
    """A pair that was complained of is to be back at the warehouse."""
    answer_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=1)
    """The provider is to have paid the seller, or refunded the buyer."""
    alarm_interval: Annotated[
        timedelta, Between(timedelta(minutes=1), _YEAR, "admins would be told of nothing else")
    ] = timedelta(days=1)
    """When one of these is still not so, an alarm is raised again."""

    def __post_init__(self) -> None:
        check_limits(self)
        self._check_amounts()
        self._check_levels()
        self._check_fees()
        if self.min_penalty > self.min_amount:
            raise ValueError(
                f"min_penalty ({self.min_penalty:_}) is above min_amount ({self.min_amount:_}): a "
                "seller would owe more than the whole price of a trade"
            )

    def _check_amounts(self) -> None:
        if self.min_amount % self.tick or self.max_amount % self.tick:
            raise ValueError("min_amount and max_amount must be multiples of the tick")
        if self.min_amount > self.max_amount:
            raise ValueError("min_amount must not be above max_amount")

    def _check_levels(self) -> None:
        if len(self.transaction_fees) != LEVELS or len(self.level_thresholds) != LEVELS - 1:
            raise ValueError(
                f"there are {LEVELS} seller levels: {LEVELS} transaction_fees, and a "
                "level_threshold for each level but the first"
            )
        if any(
            lower.sales > higher.sales or lower.volume > higher.volume
            for lower, higher in pairwise(self.level_thresholds)
        ):
            raise ValueError("level_thresholds must not fall from one level to the next")

    def _check_fees(self) -> None:
        # Each of the two fees is rounded up by half a cent at most. What is left before rounding
        # grows with the price. So more than a cent at the lowest amount is a cent at every other.
        left = _WHOLE - max(self.transaction_fees) - self.processing_fee
        if self.min_amount * left <= _WHOLE:
            raise ValueError(
                "transaction_fees and processing_fee must leave the seller more than a cent of the "
                f"lowest amount, {self.min_amount:_}"
            )
        if self.min_amount <= self.min_transaction_fee + share(
            self.min_amount, self.processing_fee
        ):
            raise ValueError(
                "min_transaction_fee and processing_fee must leave the seller something of the "
                f"lowest amount, {self.min_amount:_}"
            )

    def penalty_of(self, price: Cents) -> Cents:
        """Return what a seller owes who breaks off a trade at `price`.

        >>> MarketRules().penalty_of(20_000)
        3000
        """
        return max(share(price, self.penalty), self.min_penalty)

    def least_payout(self, price: Cents) -> Cents:
        """Return the least that a seller of any level gets of a trade at `price`.

        It is less than nothing only where the fees are higher than the price.

        >>> MarketRules().least_payout(2_500)
        1925
        """
        transaction = max(share(price, max(self.transaction_fees)), self.min_transaction_fee)
        return price - transaction - share(price, self.processing_fee)

    def loses_money(self, price: Cents) -> bool:
        """Whether a trade at `price` may leave its seller less than nothing. In the rules none may.

        >>> MarketRules().loses_money(500), MarketRules().loses_money(2_500)
        (True, False)
        """
        return price < self.min_amount and self.least_payout(price) < 0

    def allows(self, amount: Cents) -> bool:
        """Whether quotes may stand at `amount`; then a trade there leaves any seller something."""
        return self.min_amount <= amount <= self.max_amount and amount % self.tick == 0

    def check_amount(self, amount: Cents, *, field: str = "amount") -> None:
        """Raise OutOfRange or OutsideTick unless quotes may stand at `amount`, given in `field`."""
        if not self.min_amount <= amount <= self.max_amount:
            raise OutOfRange(
                field=field, value=amount, minimum=self.min_amount, maximum=self.max_amount
            )
        if amount % self.tick:
            raise OutsideTick(amount=amount, tick=self.tick)
