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
    """The product is not available in this size."""

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
    """A bid requires a payment method."""

    def __str__(self) -> str:
        return "set a payment method before you bid"


@dataclass(eq=False)
class AddressMissing(Refusal):
    """A bid requires a shipping address."""

    def __str__(self) -> str:
        return "add a shipping address before you bid"


@dataclass(eq=False)
class PayoutAccountMissing(Refusal):
    """An ask requires a payout account."""

    def __str__(self) -> str:
        return "set a payout account before you ask"


@dataclass(eq=False)
class PayoutAccountUnusable(Refusal):
    """The payment provider has no such page for this payout account."""

    reason: str

    def __str__(self) -> str:
        return f"the provider has no page for this payout account: {self.reason}"


@dataclass(eq=False)
class TradingSuspended(Refusal):
    """The user is suspended and cannot place or change bids and asks."""

    def __str__(self) -> str:
        return "your account is suspended; existing orders continue"


@dataclass(eq=False)
class TradingBarred(Refusal):
    """The user may not trade on this side for now."""

    side: str

    def __str__(self) -> str:
        return f"you may not place or change a {self.side} for now"


@dataclass(eq=False)
class BiddingBarred(Refusal):
    """Too many of the buyer's cards were declined recently."""

    declines: int
    until: datetime
    """When they may bid again (UTC)."""

    def __str__(self) -> str:
        return (
            f"{self.declines} of your payments were declined recently; you may bid again from "
            f"{self.until:%Y-%m-%d %H:%M} UTC, or once you have added another card"
        )


@dataclass(eq=False)
class TooManyOpenQuotes(Refusal):
    """The user has the maximum number of open bids or asks."""

    side: str
    limit: int

    def __str__(self) -> str:
        return f"you have the maximum of {self.limit} open {self.side}s; cancel one first"


@dataclass(eq=False)
class BookHalted(Refusal):
    """Trading in this book is halted. Standing quotes can be cancelled."""

    product_id: UUID
    size: str
    condition: str

    def __str__(self) -> str:
        return f"trading in size {self.size} ({self.condition}) of this product is halted"


@dataclass(eq=False)
class HaltEnded(Refusal):
    """The halt has already ended."""

    id: UUID
    ended_at: datetime

    def __str__(self) -> str:
        return f"the halt {self.id} ended at {self.ended_at:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(eq=False)
class SelfTrade(Refusal):
    """The quote reaches only the user's own quotes."""

    resting_id: UUID

    def __str__(self) -> str:
        return f"this reaches only your own {self.resting_id}; cancel it first"


@dataclass(eq=False)
class TooManyUnpaidOrders(Refusal):
    """The bid would trade, and the buyer has the maximum number of unpaid orders."""

    limit: int

    def __str__(self) -> str:
        return f"you have the maximum of {self.limit} unpaid orders; bid again later"


@dataclass(eq=False)
class NoCounterpart(Refusal):
    """An immediate-or-cancel quote found no counterpart.

    `best` is the best price of other users.
    """

    best: int | None

    def __str__(self) -> str:
        if self.best is None:
            return "no other user has an offer on the other side of this book"
        return f"the best price on the other side is {self.best}"


@dataclass(eq=False)
class QuoteNotActive(Refusal):
    """The bid or ask is matched, cancelled or expired, so it cannot change."""

    id: UUID
    side: str
    status: str

    def __str__(self) -> str:
        return f"the {self.side} {self.id} is {self.status} and can no longer change"
