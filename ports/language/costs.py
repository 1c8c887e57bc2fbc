"""The costs of trading, and increases by new rules."""

from dataclasses import dataclass

from .money import BasisPoints, Cents


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """The fees of a seller at their level.

    The transaction fee is a share of the price in basis points with a minimum in minor units. The
    processing fee is a share too.
    """

    transaction_fee: BasisPoints
    min_transaction_fee: Cents
    processing_fee: BasisPoints


@dataclass(frozen=True, slots=True)
class FeesRise:
    """The fees of `asks` standing asks of a seller have increased."""

    before: SellerTerms
    after: SellerTerms
    asks: int


@dataclass(frozen=True, slots=True)
class ShippingRise:
    """The shipping of `bids` standing bids of a buyer has increased, in minor units."""

    before: Cents
    after: Cents
    bids: int
