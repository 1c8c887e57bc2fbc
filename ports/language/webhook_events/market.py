"""What webhooks tell of the market, and of the exchange."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..alarms import AlarmKind
from ..ids import AlertId, HaltId, OrderId, ProductId, QuoteId, UserId, WebhookEndpointId
from ..market import Condition, Side, Size, WithdrawalReason
from ..money import Cents
from .base import Audience, EventContent


@dataclass(frozen=True, slots=True, kw_only=True)
class BidPlacedContent(EventContent):
    """You placed a bid. If it matched at once, `match.created` comes too."""

    KIND: ClassVar[str] = "bid.placed"
    AUDIENCE: ClassVar[Audience] = Audience.OWNER
    user_id: UserId
    bid_id: QuoteId
    product_id: ProductId
    size: Size
    condition: Condition
    amount: Cents
    placed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPlacedContent(EventContent):
    """You placed an ask. If it matched at once, `match.created` comes too."""

    KIND: ClassVar[str] = "ask.placed"
    AUDIENCE: ClassVar[Audience] = Audience.OWNER
    user_id: UserId
    ask_id: QuoteId
    product_id: ProductId
    size: Size
    condition: Condition
    amount: Cents
    placed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnQuoteContent:
    """A bid or an ask that was withdrawn."""

    id: QuoteId
    quote: Side
    product_id: ProductId
    size: Size
    condition: Condition
    amount: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotesWithdrawnContent(EventContent):
    """Bids and asks of yours were withdrawn.

    `count` is their number, and `quotes` has the first of them.
    """

    KIND: ClassVar[str] = "quotes.withdrawn"
    AUDIENCE: ClassVar[Audience] = Audience.OWNER
    user_id: UserId
    reason: WithdrawalReason
    note: str | None
    count: int
    quotes: tuple[WithdrawnQuoteContent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDroppedContent(EventContent):
    """The lowest ask fell to the price of one of your alerts, or below."""

    KIND: ClassVar[str] = "price.dropped"
    AUDIENCE: ClassVar[Audience] = Audience.OWNER
    user_id: UserId
    alert_id: AlertId
    product_id: ProductId
    size: Size
    condition: Condition
    wanted: Cents
    lowest_ask: Cents
    dropped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LowestAskChangedContent(EventContent):
    """The lowest ask of a book changed. Null means that there is none."""

    KIND: ClassVar[str] = "lowest_ask.changed"
    AUDIENCE: ClassVar[Audience] = Audience.PUBLIC
    product_id: ProductId
    size: Size
    condition: Condition
    before: Cents | None
    lowest_ask: Cents | None
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChangedContent(EventContent):
    """A product was created or changed. The higher `product_version` is later."""

    KIND: ClassVar[str] = "product.changed"
    AUDIENCE: ClassVar[Audience] = Audience.PUBLIC
    product_id: ProductId
    product_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltRequestedContent(EventContent):
    """Books of a product are about to be halted: all, or those of a size or a condition."""

    KIND: ClassVar[str] = "halt.requested"
    AUDIENCE: ClassVar[Audience] = Audience.PUBLIC
    halt_id: HaltId
    product_id: ProductId
    size: Size | None
    condition: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltEndRequestedContent(EventContent):
    """A halt is about to end."""

    KIND: ClassVar[str] = "halt_end.requested"
    AUDIENCE: ClassVar[Audience] = Audience.PUBLIC
    halt_id: HaltId
    product_id: ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegisteredContent(EventContent):
    """A user registered."""

    KIND: ClassVar[str] = "user.registered"
    AUDIENCE: ClassVar[Audience] = Audience.ADMINS
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaisedContent(EventContent):
    """An admin must look at something."""

    KIND: ClassVar[str] = "alarm.raised"
    AUDIENCE: ClassVar[Audience] = Audience.ADMINS
    alarm: AlarmKind
    order_id: OrderId | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTestContent(EventContent):
    """You asked for a test. Every endpoint gets it, whatever its kinds."""

    KIND: ClassVar[str] = "webhook.test"
    AUDIENCE: ClassVar[Audience] = Audience.OWNER
    endpoint_id: WebhookEndpointId
