"""The rules of the market: all numbers that a deployment can set."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

from .currencies import Currency
from .errors import OutOfRange, OutsideTick
from .limits import Between, check_limits
from .money import CURRENCY, BasisPoints, Cents, share

LEVELS = 5
"""The number of seller levels."""

_MAX_AMOUNT = 1_000_000_000
"""Minor units. Totals of many such sales still fit into the store's integers."""
_WHOLE = 10_000
"""100 % in basis points."""

_AMOUNTS = (
    "tick",
    "min_amount",
    "max_amount",
    "min_transaction_fee",
    "shipping_fee",
    "min_penalty",
)
"""The rules that are amounts, besides the volumes of the levels."""

_SECOND = timedelta(seconds=1)
_YEAR = timedelta(days=365)
_ALARMING = "every order would raise an alarm at once"
_NOTHING_LEFT = "the seller would get nothing"
_OVERDUE = "every order would be overdue at once"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The minimum, maximum and default lifetime of a quote, in days."""

    minimum: Annotated[int, Between(1, 3_650, "a quote would expire at once")]
    maximum: Annotated[int, Between(1, 3_650, "a quote would expire at once")]
    default: Annotated[int, Between(1, 3_650, "a quote would expire at once")]

    def __post_init__(self) -> None:
        check_limits(self)
        if not 1 <= self.minimum <= self.default <= self.maximum:
            raise ValueError(
                f"default must be from minimum to maximum, {self.minimum} to {self.maximum} days, "
                f"not {self.default}"
            )


@dataclass(frozen=True, slots=True)
class LevelThreshold:
    """Sales or volume (in minor units) in a quarter that reach a seller level. Either is enough."""

    sales: Annotated[int, Between(0, 1_000_000_000)]
    volume: Annotated[Cents, Between(0, 1_000_000_000_000)]

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, slots=True)
class MarketRules:
    """The rules of the market, with their defaults.

    Raises ValueError with the reason for numbers that break the market, alone or together. Under
    valid rules every trade leaves its seller at least one minor unit, at any price and level, and
    no order is overdue at once.

    The default amounts are for US dollars; `in_currency` has those for another currency.
    """

    currency: str = CURRENCY
    """The ISO 4217 code of the currency of all amounts, which are in its minor unit."""
    tick: Annotated[Cents, Between(1, 1_000_000, "amounts need a step")] = 100
    min_amount: Annotated[Cents, Between(1, _MAX_AMOUNT, "a trade costs something")] = 2_500
    max_amount: Annotated[Cents, Between(1, _MAX_AMOUNT, "a trade costs something")] = 10_000_000
    bid_days: Lifetimes = Lifetimes(1, 60, 30)
    ask_days: Lifetimes = Lifetimes(1, 365, 60)
    max_open_quotes: Annotated[int, Between(1, 1_000_000, "nothing could rest in a book")] = 500
    """The maximum of open bids, and of open asks, per user."""
    max_unpaid_orders: Annotated[int, Between(1, 1_000_000, "nobody could buy anything")] = 20
    """The maximum of unpaid orders per buyer."""
    max_price_alerts: Annotated[int, Between(0, 100_000)] = 100
    """The maximum of price alerts per user. 0 disables them."""
    price_alert_pause: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(hours=1)
    """How long a user's alerts on a book pause after one has fired. 0 disables the pause."""
    price_alert_memory: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(days=7)
    """How long an alert that fired fires again only at a lower price. 0 allows any price."""

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
    """A share of the price."""
    min_penalty: Annotated[Cents, Between(0, _MAX_AMOUNT)] = 1_500

    payment_window: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(minutes=15)
    """From the provider's first answer to a pending charge until it must have succeeded."""
    give_up_after: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(hours=1)
    """From the match until the provider's first answer."""
    max_backlog: Annotated[timedelta, Between(_SECOND, _YEAR, "no offer would be accepted")] = (
        timedelta(seconds=5)
    )
    """How long an order may wait to be charged. New offers are refused from a third of it on."""
    max_declines: Annotated[int, Between(1, 100, "nobody could bid")] = 3
    """The number of declined cards within `decline_window` that bars a buyer from bidding."""
    decline_window: Annotated[timedelta, Between(_SECOND, _YEAR, "no decline would count")] = (
        timedelta(days=30)
    )
    shipment_business_days: Annotated[int, Between(1, 260, _OVERDUE)] = 2
    shipment_extension: Annotated[
        timedelta, Between(_SECOND, _YEAR, "the extension would be useless")
    ] = timedelta(hours=24)
    arrival_window: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(days=14)
    delivery_window: Annotated[timedelta, Between(_SECOND, _YEAR, _OVERDUE)] = timedelta(days=14)
    payout_hold: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(days=3)
    """0 pays the seller at the delivery."""
    early_payout_level: Annotated[int, Between(0, LEVELS)] = 0
    """Sellers of this level and above are paid at the delivery; 0 means that nobody is.

    It shortens no complaint window: what is decided later is the seller's debt.
    """
    complaint_window: Annotated[timedelta, Between(timedelta(0), _YEAR)] = timedelta(days=3)
    """From the delivery until the buyer can no longer complain. 0 disables complaints after it."""
    review_lease: Annotated[timedelta, Between(_SECOND, _YEAR, "two could review one pair")] = (
        timedelta(minutes=30)
    )

    claim_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=2)
    """From the receipt until an authenticator must have claimed the pair."""
    review_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=1)
    """From the first claim until the verdict."""
    dispatch_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=2)
    """From the pass until the dispatch."""
    return_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=3)
    """From when a pair is due back to its seller or buyer until it leaves the warehouse."""
    transit_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=10)
    """From the dispatch until the delivery."""
    decision_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=2)
    """From a complaint until an admin's decision."""
    complaint_return_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(
        days=14
    )
    """From a decision for the buyer until the pair is back."""
    answer_window: Annotated[timedelta, Between(_SECOND, _YEAR, _ALARMING)] = timedelta(days=1)
    """From a due payout or refund until the provider has made it."""
    alarm_interval: Annotated[
        timedelta, Between(timedelta(minutes=1), _YEAR, "admins would be flooded with alarms")
    ] = timedelta(days=1)
    """How often an alarm is repeated while its state lasts."""

    @classmethod
    def in_currency(cls, code: str) -> "MarketRules":
        """Return the default rules in a currency. Raises UnknownCurrency.

        The default amounts keep their number of minor units, so that 1,000 cents become 1,000 yen,
        but are ten times as many in a currency with three decimals (`Currency.in_place_of`).

        >>> MarketRules.in_currency("JPY").shipping_fee, MarketRules.in_currency("KWD").shipping_fee
        (1400, 14000)
        """
        rules, in_place_of = cls(), Currency.of(code).in_place_of
        amounts: dict[str, Any] = {name: in_place_of(getattr(rules, name)) for name in _AMOUNTS}
        thresholds = tuple(
            LevelThreshold(level.sales, in_place_of(level.volume))
            for level in rules.level_thresholds
        )
        return replace(rules, currency=code, level_thresholds=thresholds, **amounts)

    @property
    def money(self) -> Currency:
        """The currency of all amounts."""
        return Currency.of(self.currency)

    def __post_init__(self) -> None:
        Currency.of(self.currency)
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
        # Each of the two fees is rounded up by at most half a minor unit. What is left before
        # rounding grows with the price. So more than one minor unit at the lowest amount means one
        # at any other.
        left = _WHOLE - max(self.transaction_fees) - self.processing_fee
        if self.min_amount * left <= _WHOLE:
            raise ValueError(
                "transaction_fees and processing_fee must leave the seller more than one minor "
                f"unit of the lowest amount, {self.min_amount:_}"
            )
        if self.min_amount <= self.min_transaction_fee + share(
            self.min_amount, self.processing_fee
        ):
            raise ValueError(
                "min_transaction_fee and processing_fee must leave the seller something of the "
                f"lowest amount, {self.min_amount:_}"
            )

    def penalty_of(self, price: Cents) -> Cents:
        """Return the penalty of a seller who breaks off a trade at `price`.

        >>> MarketRules().penalty_of(20_000)
        3000
        """
        return max(share(price, self.penalty), self.min_penalty)

    def least_payout(self, price: Cents) -> Cents:
        """Return the lowest payout of a trade at `price`, for any seller level.

        It is negative only if the fees exceed the price.

        >>> MarketRules().least_payout(2_500)
        1925
        """
        transaction = max(share(price, max(self.transaction_fees)), self.min_transaction_fee)
        return price - transaction - share(price, self.processing_fee)

    def loses_money(self, price: Cents) -> bool:
        """Whether the payout of a trade at `price` may be negative. Allowed amounts never are.

        >>> MarketRules().loses_money(500), MarketRules().loses_money(2_500)
        (True, False)
        """
        return price < self.min_amount and self.least_payout(price) < 0

    def allows(self, amount: Cents) -> bool:
        """Whether quotes may stand at `amount`.

        A trade at an allowed amount leaves any seller something.
        """
        return self.min_amount <= amount <= self.max_amount and amount % self.tick == 0

    def check_amount(self, amount: Cents, *, field: str = "amount") -> None:
        """Raise OutOfRange or OutsideTick unless `amount`, given in `field`, is allowed."""
        if not self.min_amount <= amount <= self.max_amount:
            raise OutOfRange(
                field=field, value=amount, minimum=self.min_amount, maximum=self.max_amount
            )
        if amount % self.tick:
            raise OutsideTick(amount=amount, tick=self.tick)
