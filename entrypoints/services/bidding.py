"""BiddingService: bids, asks and the market."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from ...ports.language.api_tokens import KeyScope
from ...ports.language.ids import ProductId, QuoteId
from ...ports.language.market import QuoteStatus, Side
from ..http.edge.paging import listing
from ..http.routes.asks import PlacedAsk, placed_ask
from ..http.routes.bids import PlacedBid, placed_bid
from ..http.routes.market import BookPicture, MarketView, market_view
from ..http.routes.quotes import NewQuote, QuoteListing, QuoteView, quote_view, terms
from .rpc import Context, Key, Who, rpc
from .shapes import OfBook, Paged


class OfBid(msgspec.Struct, forbid_unknown_fields=True):
    """A request about one bid."""

    bid_id: UUID


class OfAsk(msgspec.Struct, forbid_unknown_fields=True):
    """A request about one ask."""

    ask_id: UUID


class QuotesQuestion(Paged, forbid_unknown_fields=True, kw_only=True):
    """A page of quotes, in any state or in one."""

    status: QuoteStatus | None = None


class BookQuestion(OfBook, forbid_unknown_fields=True, kw_only=True):
    """A book, and how many price levels of each side."""

    depth: Annotated[int, Meta(ge=1, le=100)] = 20


async def place_bid(context: Context, request: NewQuote) -> PlacedBid:
    """Bid for one pair. It matches the lowest ask of another user at or below its amount."""
    placement = await context.application.bidding.place_bid(
        context.actor, **terms(request), idempotency_key=context.key
    )
    return placed_bid(placement)


async def cancel_bid(context: Context, request: OfBid) -> QuoteView:
    """Cancel an active bid and return it."""
    bid_id = QuoteId(request.bid_id)
    cancelled = await context.application.bidding.cancel_quote(context.actor, Side.BID, bid_id)
    return quote_view(cancelled)


async def get_my_bids(context: Context, request: QuotesQuestion) -> QuoteListing:
    """Return a page of the user's bids, newest first."""
    return await _mine(context, Side.BID, request)


async def place_ask(context: Context, request: NewQuote) -> PlacedAsk:
    """Ask for one pair. It matches the highest bid of another user at or above its amount."""
    placement = await context.application.bidding.place_ask(
        context.actor, **terms(request), idempotency_key=context.key
    )
    return placed_ask(placement)


async def cancel_ask(context: Context, request: OfAsk) -> QuoteView:
    """Cancel an active ask, or one that waits for a halted book, and return it."""
    ask_id = QuoteId(request.ask_id)
    cancelled = await context.application.bidding.cancel_quote(context.actor, Side.ASK, ask_id)
    return quote_view(cancelled)


async def get_my_asks(context: Context, request: QuotesQuestion) -> QuoteListing:
    """Return a page of the user's asks, newest first."""
    return await _mine(context, Side.ASK, request)


async def get_market_data(context: Context, request: OfBook) -> MarketView:
    """Return the best prices of one size, and what trading now would pay or cost.

    For a user, the fees are theirs. Otherwise they are those of level 1.
    """
    actor = context.caller.actor
    market = await context.application.bidding.view_market(
        None if actor is None else actor.user_id,
        ProductId(request.product_id),
        request.size,
        request.condition,
    )
    return market_view(market)


async def get_order_book(context: Context, request: BookQuestion) -> BookPicture:
    """Return the number of pairs at each price. Their owners are not shown."""
    view = await context.application.bidding.view_book(
        ProductId(request.product_id), request.size, request.condition, depth=request.depth
    )
    return BookPicture(seq=view.seq, bids=list(view.bids), asks=list(view.asks), halted=view.halted)


async def _mine(context: Context, side: Side, request: QuotesQuestion) -> QuoteListing:
    page = await context.application.bidding.list_quotes(
        context.actor, side, request.page, request.status
    )
    return listing(QuoteListing, page, quote_view)


_NAME = "BiddingService"
RPCS = (
    rpc(_NAME, "PlaceBid", place_bid, Who.USER, key=Key.USE_CASE, key_scope=KeyScope.TRADE),
    rpc(_NAME, "CancelBid", cancel_bid, Who.USER, key_scope=KeyScope.TRADE),
    rpc(_NAME, "GetMyBids", get_my_bids, Who.USER, key_scope=KeyScope.READ),
    rpc(_NAME, "PlaceAsk", place_ask, Who.USER, key=Key.USE_CASE, key_scope=KeyScope.TRADE),
    rpc(_NAME, "CancelAsk", cancel_ask, Who.USER, key_scope=KeyScope.TRADE),
    rpc(_NAME, "GetMyAsks", get_my_asks, Who.USER, key_scope=KeyScope.READ),
    rpc(_NAME, "GetMarketData", get_market_data, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "GetOrderBook", get_order_book, Who.ANYBODY, key_scope=KeyScope.READ),
)
