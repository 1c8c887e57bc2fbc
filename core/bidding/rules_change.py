"""What it means that the rules of the market are others than the store was last run with."""

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
"""The rules that a seller's fees depend on."""


class QuotesOutsideRules(ValueError):
    """Standing quotes are outside the rules, so the exchange does not start by them."""

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
            f"{rules.max_amount:_} in steps of {rules.tick:_} cents. Start with the rules as they "
            "were, or withdraw these quotes with `solebook admin apply-rules --reason TEXT`; with "
            "--dry-run it changes nothing and tells what it would do"
        )


@dataclass(frozen=True, slots=True)
class RulesChange:
    """New rules, those that the store was last run with, and what that does to standing quotes.

    `before` is None where they are not known. Then nobody can be told what costs more.
    """

    before: MarketRules | None
    after: MarketRules
    outside: StandingCount = field(default_factory=StandingCount)
    """The quotes that the new rules do not allow."""
    dearer: Sequence[CostsRose] = ()
    """What each owner is to be told whose other quotes would trade at a higher cost."""

    @property
    def is_none(self) -> bool:
        """Whether the rules are the same."""
        return self.before == self.after

    @property
    def differences(self) -> Mapping[str, tuple[object, object]]:
        """The rules that differ, by name: as they were and as they are."""
        if self.before is None:
            return {}
        pairs = {
            rule.name: (getattr(self.before, rule.name), getattr(self.after, rule.name))
            for rule in fields(MarketRules)
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def touches_fees(self) -> bool:
        """Whether a seller's fees may differ."""
        return not self.differences.keys().isdisjoint(_FEES)

    @property
    def shipping_rise(self) -> tuple[int, int] | None:
        """What shipping cost and costs, in cents, if it costs more."""
        if self.before is None or self.after.shipping_fee <= self.before.shipping_fee:
            return None
        return self.before.shipping_fee, self.after.shipping_fee


def terms(fees: Fees, rules: MarketRules) -> SellerTerms:
    """Return what a seller pays whose trade costs these fees by the rules."""
    return SellerTerms(
        transaction_fee=rules.transaction_fees[fees.seller_level - 1],
        min_transaction_fee=rules.min_transaction_fee,
        processing_fee=rules.processing_fee,
    )


def is_dearer(before: Fees, after: Fees) -> bool:
    """Whether a trade leaves its seller less than it did."""
    return after.transaction + after.processing > before.transaction + before.processing


def costs_rose(
    fees: Mapping[UserId, FeesRise], shipping: Mapping[UserId, ShippingRise]
) -> list[CostsRose]:
    """Return one message for each owner, of what rose for them."""
    owners = dict.fromkeys([*fees, *shipping])
    return [CostsRose(owner, fees.get(owner), shipping.get(owner)) for owner in owners]
