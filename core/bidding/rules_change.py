"""A change of the market rules, and its effect on standing quotes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from ...ports.language.costs import FeesRise, SellerTerms, ShippingRise
from ...ports.language.events import CostsRose
from ...ports.language.ids import UserId
from ...ports.language.orders import Fees
from ...ports.language.rules import MarketRules
from ...ports.language.standing_quotes import StandingCount
from ...ports.language.text import counted

_FEES = ("transaction_fees", "min_transaction_fee", "processing_fee", "level_thresholds")
"""The names of the rules that determine a seller's fees."""


class QuotesOutsideRules(ValueError):
    """The exchange does not start, because standing quotes are outside the new rules."""

    def __init__(self, rules: MarketRules, outside: StandingCount) -> None:
        super().__init__(rules, outside)
        self.rules = rules
        self.outside = outside

    def __str__(self) -> str:
        rules, outside = self.rules, self.outside
        return (
            f"{counted(outside.bids, 'bid')} and {counted(outside.asks, 'ask')} of "
            f"{counted(outside.owners, 'user')} are outside the rules of the market, whose amounts "
            f"go from {rules.min_amount:_} to "
            f"{rules.max_amount:_} in steps of {rules.tick:_}. Start with the rules as they "
            "were, or withdraw these quotes with `solebook admin apply-rules --reason TEXT`; "
            "--dry-run shows what it would do and changes nothing"
        )


@dataclass(frozen=True, slots=True)
class RulesChange:
    """The new rules, the rules of the last start, and the effect on standing quotes.

    `before` is None if the earlier rules are unknown. Then nobody can be told about higher costs.
    """

    before: MarketRules | None
    after: MarketRules
    outside: StandingCount = field(default_factory=StandingCount)
    """The number of standing quotes that the new rules do not allow."""
    dearer: Sequence[CostsRose] = ()
    """One event for each owner whose other quotes would now trade at a higher cost."""

    @property
    def is_none(self) -> bool:
        """Whether the rules are unchanged."""
        return self.before == self.after

    @property
    def differences(self) -> Mapping[str, tuple[object, object]]:
        """The rules that differ, by name, each with its earlier and its new value."""
        if self.before is None:
            return {}
        pairs = {
            rule.name: (getattr(self.before, rule.name), getattr(self.after, rule.name))
            for rule in fields(MarketRules)
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def touches_fees(self) -> bool:
        """Whether a seller's fees may have changed."""
        return not self.differences.keys().isdisjoint(_FEES)

    @property
    def shipping_rise(self) -> tuple[int, int] | None:
        """The earlier and the new shipping fee in minor units, or None unless it rose."""
        if self.before is None or self.after.shipping_fee <= self.before.shipping_fee:
            return None
        return self.before.shipping_fee, self.after.shipping_fee


def terms(fees: Fees, rules: MarketRules) -> SellerTerms:
    """Return the terms that the rules give a seller of this fee level."""
    return SellerTerms(
        transaction_fee=rules.transaction_fees[fees.seller_level - 1],
        min_transaction_fee=rules.min_transaction_fee,
        processing_fee=rules.processing_fee,
    )


def is_dearer(before: Fees, after: Fees) -> bool:
    """Return whether the seller's fees for a trade rose."""
    return after.transaction + after.processing > before.transaction + before.processing


def costs_rose(
    fees: Mapping[UserId, FeesRise], shipping: Mapping[UserId, ShippingRise]
) -> list[CostsRose]:
    """Return one event for each owner whose costs rose."""
    owners = dict.fromkeys([*fees, *shipping])
    return [CostsRose(owner, fees.get(owner), shipping.get(owner)) for owner in owners]
