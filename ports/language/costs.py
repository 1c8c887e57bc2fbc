"""What trading costs by the rules, and that it costs more than it did."""

from dataclasses import dataclass

from .money import BasisPoints, Cents


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """The fees of a seller at their level.

    The transaction fee is a share of the price, in basis points, and at least so many cents; the
    processing fee is a share too.
    """

    transaction_fee: BasisPoints
    min_transaction_fee: Cents
    processing_fee: BasisPoints


@dataclass(frozen=True, slots=True)
class FeesRise:
    """The fees of some of a seller's standing asks, `asks` in number, are higher than they were."""

    before: SellerTerms
    after: SellerTerms
    asks: int


@dataclass(frozen=True, slots=True)
class ShippingRise:
    """The shipping of a buyer's standing bids, `bids` in number, costs more cents than it did."""

    before: Cents
    after: Cents
    bids: int
