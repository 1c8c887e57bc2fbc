"""Events of the catalogue, the books and the stock."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..costs import FeesRise, ShippingRise
from ..ids import OrderId, ProductId, QuoteId, UserId
from ..market import AskFate, BookKey, WithdrawalReason, WithdrawnQuote
from ..money import Cents
from ..priority import Priority
from ..withdrawals import Withdrawn
from .base import Event, OrderRelated


@dataclass(frozen=True, slots=True)
class ProductChanged(Event):
    """A product was created or changed. The higher `version` is later."""

    SUBJECT: ClassVar[str] = "product.changed"
    product_id: ProductId
    version: int

    @property
    def key(self) -> str:
        """The product."""
        return str(self.product_id)


@dataclass(frozen=True, slots=True)
class MatchCreated(OrderRelated):
    """A bid and an ask matched, and their order is pending."""

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
class QuotePlaced(Event):
    """A quote was placed. It is told only if somebody follows it: most are followed by nobody."""

    quote_id: QuoteId
    user_id: UserId
    book: BookKey
    amount: Cents
    placed_at: datetime
    expires_at: datetime

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)

    @property
    def priority(self) -> Priority:
        """It is frequent, and only webhooks need it."""
        return Priority.LOW


@dataclass(frozen=True, slots=True)
class BidPlaced(QuotePlaced):
    """A bid was placed. If it matched at once, that is told too."""

    SUBJECT: ClassVar[str] = "bid.placed"


@dataclass(frozen=True, slots=True)
class AskPlaced(QuotePlaced):
    """An ask was placed. If it matched at once, that is told too."""

    SUBJECT: ClassVar[str] = "ask.placed"


@dataclass(frozen=True, slots=True)
class LowestAskChanged(Event):
    """A book's lowest ask changed from `before` to `lowest_ask`. None means no ask.

    The events of a book form a chain: each begins where the previous one ended. So a single event
    determines whether a price was crossed, in whatever order events arrive.
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
        """It is frequent, and only search and price alerts need it."""
        return Priority.LOW


@dataclass(frozen=True, slots=True)
class MatchUnwound(OrderRelated):
    """The match of a cancelled order was undone. `ask` is what happened to its ask.

    `withdrawal` is why the ask was withdrawn, if it was.
    """

    SUBJECT: ClassVar[str] = "match.unwound"
    order_id: OrderId
    ask: AskFate
    withdrawal: WithdrawalReason | None

    def __post_init__(self) -> None:
        assert (self.ask is AskFate.WITHDRAWN) == (self.withdrawal is not None), self


@dataclass(frozen=True, slots=True)
class QuotesWithdrawn(Event):
    """Bids and asks of one user were withdrawn together, for one reason.

    `count` is their number, and `quotes` contains the first of them, up to NAMED. `note` is the
    text of who withdrew them.
    """

    SUBJECT: ClassVar[str] = "quotes.withdrawn"
    NAMED: ClassVar[int] = Withdrawn.NAMED
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
    """Under new rules, trades of a user's standing quotes cost the user more."""

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
    """The seller's pair is reserved for the order."""

    SUBJECT: ClassVar[str] = "stock.reserved"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class StockRefused(OrderRelated):
    """The seller's pair is reserved for another order."""

    SUBJECT: ClassVar[str] = "stock.refused"
    order_id: OrderId
