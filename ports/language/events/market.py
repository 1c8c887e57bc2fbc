"""Events of the catalogue, the books and the stock."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..costs import FeesRise, ShippingRise
from ..ids import OrderId, ProductId, QuoteId, UserId
from ..market import AskFate, BookKey, WithdrawalReason, WithdrawnQuote
from ..money import Cents
from ..priority import Priority
from .base import Event, OrderRelated


@dataclass(frozen=True, slots=True)
class ProductChanged(Event):
    """A product was created or changed; `version` tells which of two is later."""

    SUBJECT: ClassVar[str] = "product.changed"
    product_id: ProductId
    version: int

    @property
    def key(self) -> str:
        """The product."""
        return str(self.product_id)


@dataclass(frozen=True, slots=True)
class MatchCreated(OrderRelated):
    """A bid and an ask met; their order is pending."""

    SUBJECT: ClassVar[str] = "match.created"
    order_id: OrderId
    bid_id: QuoteId
    ask_id: QuoteId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    price: Cents
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class LowestAskChanged(Event):
    """The best price to buy at in one book went from `before` to `lowest_ask`; None is no ask.

    The events of a book make a chain: each begins where the one before it ended. So whether a
    price was crossed can be told from one of them, in whatever order they come.
    """

    SUBJECT: ClassVar[str] = "lowest_ask.changed"
    book: BookKey
    before: Cents | None
    lowest_ask: Cents | None
    changed_at: datetime

    @property
    def key(self) -> str:
        """The book."""
        return f"{self.book.product_id}:{self.book.size}:{self.book.condition}"

    @property
    def priority(self) -> Priority:
        """There is one for many an ask, and only the search and price alerts follow it."""
        return Priority.LOW


@dataclass(frozen=True, slots=True)
class MatchUnwound(OrderRelated):
    """The match of a cancelled order was undone. `ask` is what became of its ask.

    `withdrawal` says why the ask was withdrawn, if it was.
    """

    SUBJECT: ClassVar[str] = "match.unwound"
    order_id: OrderId
    ask: AskFate
    withdrawal: WithdrawalReason | None

    def __post_init__(self) -> None:
        assert (self.ask is AskFate.WITHDRAWN) == (self.withdrawal is not None), self


@dataclass(frozen=True, slots=True)
class QuotesWithdrawn(Event):
    """Some bids and asks of one user were withdrawn at once, all for one reason.

    `count` is how many; `quotes` names the first of them, up to NAMED. `note` says more in the
    words of whoever withdrew them.
    """

    SUBJECT: ClassVar[str] = "quotes.withdrawn"
    NAMED: ClassVar[int] = 20
    user_id: UserId
    reason: WithdrawalReason
    note: str | None
    count: int
    quotes: tuple[WithdrawnQuote, ...]

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class CostsRose(Event):
    """By new rules, trades of a user's standing quotes cost the user more than they did."""

    SUBJECT: ClassVar[str] = "costs.rose"
    user_id: UserId
    fees: FeesRise | None
    shipping: ShippingRise | None

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)

    @property
    def priority(self) -> Priority:
        """Many hear of it at once, and no trade waits for it."""
        return Priority.NORMAL


@dataclass(frozen=True, slots=True)
class StockReserved(OrderRelated):
    """The seller's pair is promised to the order."""

    SUBJECT: ClassVar[str] = "stock.reserved"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class StockRefused(OrderRelated):
    """The seller's pair is promised to another order."""

    SUBJECT: ClassVar[str] = "stock.refused"
    order_id: OrderId
