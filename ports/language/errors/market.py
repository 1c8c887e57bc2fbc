"""Refusals of the catalogue, its stock and the books."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .base import Refusal


@dataclass(eq=False)
class StyleCodeTaken(Refusal):
    """Another product has this style code."""

    style_code: str

    def __str__(self) -> str:
        return f"a product with the style code {self.style_code} exists already"


@dataclass(eq=False)
class SizeNotOffered(Refusal):
    """The product is not made in this size."""

    size: str
    offered: tuple[str, ...]

    def __str__(self) -> str:
        offered = ", ".join(self.offered) or "no size"
        return f"the product is not made in size {self.size}; it is in {offered}"


@dataclass(eq=False)
class AlreadyReserved(Refusal):
    """The unit of stock is promised to another order."""

    ask_id: UUID

    def __str__(self) -> str:
        return f"the ask {self.ask_id} is reserved for another order"


@dataclass(eq=False)
class PaymentMethodMissing(Refusal):
    """A bid needs a payment method on file."""

    def __str__(self) -> str:
        return "put a payment method on file before you bid"


@dataclass(eq=False)
class AddressMissing(Refusal):
    """A bid needs a shipping address."""

    def __str__(self) -> str:
        return "add a shipping address before you bid"


@dataclass(eq=False)
class PayoutAccountMissing(Refusal):
    """An ask needs a payout account."""

    def __str__(self) -> str:
        return "put a payout account on file before you ask"


@dataclass(eq=False)
class TradingSuspended(Refusal):
    """A suspended user places and changes no bids and no asks."""

    def __str__(self) -> str:
        return "your account is suspended; orders under way go on"


@dataclass(eq=False)
class TradingBarred(Refusal):
    """The user may not trade on this side for now."""

    side: str

    def __str__(self) -> str:
        return f"you may not place or change a {self.side} for now"


@dataclass(eq=False)
class BiddingBarred(Refusal):
    """Too many of the buyer's cards were declined lately."""

    declines: int
    until: datetime
    """When they may bid again (UTC)."""

    def __str__(self) -> str:
        return (
            f"{self.declines} of your payments were declined lately; you may bid again from "
            f"{self.until:%Y-%m-%d %H:%M} UTC"
        )


@dataclass(eq=False)
class TooManyOpenQuotes(Refusal):
    """The user has as many open bids, or asks, as allowed already."""

    side: str
    limit: int

    def __str__(self) -> str:
        return f"you have {self.limit} open {self.side}s, the most allowed; cancel one first"


@dataclass(eq=False)
class BookHalted(Refusal):
    """Nothing trades in this book for now; what stands in it can be cancelled."""

    product_id: UUID
    size: str
    condition: str

    def __str__(self) -> str:
        return f"trading in size {self.size} ({self.condition}) of this product is halted"


@dataclass(eq=False)
class HaltEnded(Refusal):
    """The halt is over, so it cannot end again."""

    id: UUID
    ended_at: datetime

    def __str__(self) -> str:
        return f"the halt {self.id} ended at {self.ended_at:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(eq=False)
class SelfTrade(Refusal):
    """The quote reaches no quotes but the same user's own."""

    resting_id: UUID

    def __str__(self) -> str:
        return f"this reaches nobody but your own {self.resting_id}; cancel that first"


@dataclass(eq=False)
class TooManyUnpaidOrders(Refusal):
    """The buyer has as many orders that await payment as allowed, and the bid would trade."""

    limit: int

    def __str__(self) -> str:
        return f"{self.limit} of your orders await payment, the most allowed; bid again later"


@dataclass(eq=False)
class NoCounterpart(Refusal):
    """An immediate-or-cancel quote reached nobody. `best` is others' best price, in cents."""

    best: int | None

    def __str__(self) -> str:
        if self.best is None:
            return "nobody else stands on the other side of this book"
        return f"the best price on the other side is {self.best} cents"


@dataclass(eq=False)
class QuoteNotActive(Refusal):
    """The bid or ask is matched, cancelled or expired, so it can no longer change."""

    id: UUID
    side: str
    status: str

    def __str__(self) -> str:
        return f"the {self.side} {self.id} is {self.status} and can no longer change"
