"""Schemas that bids and asks share."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypedDict
from uuid import UUID

import msgspec
from litestar.params import QueryParameter
from msgspec import UNSET, Meta, UnsetType

from ....core.bidding.view_quote import QueuedQuote
from ....ports.language.errors import (
    BiddingBarred,
    BookHalted,
    CounterpartBusy,
    IdempotencyKeyReused,
    InvalidSize,
    NoCounterpart,
    NotFound,
    OutOfRange,
    OutsideTick,
    Overloaded,
    QueueFull,
    QuoteNotActive,
    Refusal,
    SelfTrade,
    SizeNotOffered,
    TooManyOpenQuotes,
    TooManyUnpaidOrders,
    TradingBarred,
    TradingSuspended,
)
from ....ports.language.ids import ProductId
from ....ports.language.market import Condition, Match, QueuePlace, Quote, QuoteStatus, TimeInForce
from ....ports.language.placement import Placement
from ..edge.idempotency import REPLAYED

Amount = Annotated[
    int, Meta(ge=1, le=2**53 - 1, description="In minor units; a multiple of the tick.")
]
Days = Annotated[int, Meta(ge=1, le=3_650)]
StatusFilter: TypeAlias = Annotated[
    QuoteStatus | None, QueryParameter(description="Only quotes in this state.")
]

PLACING: tuple[type[Refusal], ...] = (
    InvalidSize,
    OutOfRange,
    OutsideTick,
    SizeNotOffered,
    NotFound,
    TradingSuspended,
    TradingBarred,
    BookHalted,
    TooManyOpenQuotes,
    TooManyUnpaidOrders,
    SelfTrade,
    NoCounterpart,
    IdempotencyKeyReused,
    CounterpartBusy,
    Overloaded,
    QueueFull,
)
"""The refusals of placing on either side."""
CHANGING: tuple[type[Refusal], ...] = (
    NotFound,
    QuoteNotActive,
    OutOfRange,
    OutsideTick,
    TradingSuspended,
    BiddingBarred,
    TradingBarred,
    BookHalted,
    TooManyUnpaidOrders,
    SelfTrade,
    CounterpartBusy,
    Overloaded,
    QueueFull,
)
CANCELLING: tuple[type[Refusal], ...] = (NotFound, QuoteNotActive, QueueFull)


class NewQuote(msgspec.Struct, forbid_unknown_fields=True):
    """An offer for one pair.

    With `ioc` it trades immediately, at `amount` or better, or is refused.
    """

    product_id: UUID
    size: Annotated[str, Meta(min_length=1, max_length=10)]
    amount: Amount
    condition: Condition = Condition.NEW
    expires_in_days: Days | UnsetType = UNSET
    time_in_force: TimeInForce = TimeInForce.GTC


class QuoteChange(msgspec.Struct, forbid_unknown_fields=True):
    """The fields to change.

    Omitted fields stay. A new amount moves the quote to the back of the queue.
    """

    amount: Amount | UnsetType = UNSET
    expires_in_days: Days | UnsetType = UNSET


class QuoteView(msgspec.Struct, frozen=True):
    """A bid or an ask, for its owner. `amount` is in minor units."""

    id: UUID
    status: QuoteStatus
    amount: int
    size: str
    condition: Condition
    product_id: UUID
    created_at: datetime
    expires_at: datetime
    time_in_force: TimeInForce
    match_id: UUID | None


class QuoteDetail(QuoteView, frozen=True):
    """A bid or an ask, with its place in the queue while it is active."""

    ahead: QueuePlace | None


class QuoteListing(msgspec.Struct, frozen=True):
    """A page of one user's bids or asks, newest first."""

    items: list[QuoteView]
    next_cursor: UUID | None


class MatchView(msgspec.Struct, frozen=True):
    """A match.

    Its price is the amount of the earlier quote, in minor units. Its order has the match's id.
    """

    id: UUID
    price: int
    order_id: UUID
    matched_at: datetime


def quote_view(quote: Quote) -> QuoteView:
    """Return a bid or an ask as a response."""
    return QuoteView(
        id=quote.id,
        status=quote.status,
        amount=quote.amount,
        size=quote.book.size,
        condition=quote.book.condition,
        product_id=quote.book.product_id,
        created_at=quote.created_at,
        expires_at=quote.expires_at,
        time_in_force=quote.time_in_force,
        match_id=quote.match_id,
    )


def quote_detail(queued: QueuedQuote) -> QuoteDetail:
    """Return a bid or an ask with its place in the queue as a response."""
    return QuoteDetail(**msgspec.structs.asdict(quote_view(queued.quote)), ahead=queued.ahead)


def match_view(match: Match | None) -> MatchView | None:
    """Return a match as a response, or None."""
    if match is None:
        return None
    return MatchView(id=match.id, price=match.price, order_id=match.id, matched_at=match.matched_at)


class Terms(TypedDict):
    """The arguments of PlaceBid and PlaceAsk."""

    product_id: ProductId
    size: str
    condition: Condition
    amount: int
    expires_in_days: int | None
    time_in_force: TimeInForce


def terms(data: NewQuote) -> Terms:
    """Return the arguments of a placement from the request body."""
    return Terms(
        product_id=ProductId(data.product_id),
        size=data.size,
        condition=data.condition,
        amount=data.amount,
        expires_in_days=None if data.expires_in_days is UNSET else data.expires_in_days,
        time_in_force=data.time_in_force,
    )


def replay_header(placement: Placement) -> dict[str, str] | None:
    """Return the header of a repeated response, or None."""
    return {REPLAYED: "true"} if placement.replayed else None


def changes(data: QuoteChange) -> dict[str, Any]:
    """Return the arguments of RepriceQuote."""
    return {
        name: value
        for name in ("amount", "expires_in_days")
        if (value := getattr(data, name)) is not UNSET
    }


NEW_EXAMPLE = {
    "product_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "size": "10.5",
    "amount": 20_000,
    "expires_in_days": 30,
}
EXAMPLE = {
    "id": "01890a5e-0c11-7b1c-9c1e-3f5f1f7f3c11",
    "status": "matched",
    "amount": 20_000,
    "size": "10.5",
    "condition": "new",
    "product_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "created_at": "2026-03-01T12:00:00Z",
    "expires_at": "2026-03-31T12:00:00Z",
    "time_in_force": "gtc",
    "match_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
}
DETAIL_EXAMPLE = EXAMPLE | {"ahead": {"better_price": 2, "same_price": 0}}
MATCH_EXAMPLE = {
    "id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "price": 19_500,
    "order_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "matched_at": "2026-03-01T12:00:00Z",
}
