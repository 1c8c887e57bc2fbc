"""Bids: buyers' offers."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromPath

from ....ports.language.errors import (
    AddressMissing,
    BiddingBarred,
    EmailNotProven,
    NotFound,
    PaymentMethodMissing,
)
from ....ports.language.ids import QuoteId
from ....ports.language.market import Side
from ....ports.language.placement import Placement
from ..edge.idempotency import KeyHeader, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.json_response import JsonResponse
from ..edge.key_scopes import FOR_TRADERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..openapi.documented import example, problems, success
from .quotes import (
    CANCELLING,
    CHANGING,
    DETAIL_EXAMPLE,
    EXAMPLE,
    MATCH_EXAMPLE,
    NEW_EXAMPLE,
    PLACING,
    MatchView,
    NewQuote,
    QuoteChange,
    QuoteDetail,
    QuoteListing,
    QuoteView,
    StatusFilter,
    changes,
    match_view,
    quote_detail,
    quote_view,
    replay_header,
    terms,
)


class PlacedBid(msgspec.Struct, frozen=True):
    """The result of a bid: it rests, or it matched an ask."""

    bid: QuoteView
    match: MatchView | None


def placed_bid(placement: Placement) -> PlacedBid:
    """Return the placement of a bid as a response."""
    return PlacedBid(quote_view(placement.quote), match_view(placement.match))


_EXAMPLE = {"bid": EXAMPLE, "match": MATCH_EXAMPLE}


class BidsController(Controller):
    """Bids."""

    path = "/v1/bids"
    tags = ("bids",)
    opt = FOR_TRADERS

    @post(
        summary="Place a bid",
        responses=success(201, PlacedBid, _EXAMPLE)
        | problems(
            *PLACING, BiddingBarred, EmailNotProven, PaymentMethodMissing, AddressMissing, body=True
        ),
    )
    async def place_bid(
        self,
        request: JsonRequest,
        data: Annotated[NewQuote, example(NEW_EXAMPLE)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[PlacedBid]:
        """Bid for one pair. It matches the lowest ask of another user at or below its amount."""
        key = await request_key(request, idempotency_key)
        placement = await application.bidding.place_bid(
            request.user, **terms(data), idempotency_key=key
        )
        return JsonResponse(placed_bid(placement), headers=replay_header(placement))

    @get(summary="List your bids", responses=problems())
    async def list_bids(
        self,
        request: JsonRequest,
        application: App,
        status: StatusFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> QuoteListing:
        """Return your bids, newest first."""
        page = await application.bidding.list_quotes(
            request.user, Side.BID, page_request(limit, cursor), status
        )
        return listing(QuoteListing, page, quote_view)

    @get(
        "/{bid_id:uuid}",
        summary="View a bid",
        responses=success(200, QuoteDetail, DETAIL_EXAMPLE) | problems(NotFound),
    )
    async def view_bid(
        self, request: JsonRequest, bid_id: FromPath[UUID], application: App
    ) -> QuoteDetail:
        """Return one of your bids, with its place in the queue."""
        seen = await application.bidding.view_quote(request.user, Side.BID, QuoteId(bid_id))
        return quote_detail(seen)

    @patch(
        "/{bid_id:uuid}",
        summary="Change a bid",
        responses=success(200, PlacedBid, _EXAMPLE) | problems(*CHANGING, body=True),
    )
    async def change_bid(
        self,
        request: JsonRequest,
        bid_id: FromPath[UUID],
        data: Annotated[QuoteChange, example({"amount": 21_000})],
        application: App,
    ) -> Response[PlacedBid]:
        """Change the amount of an active bid, so that it may match immediately, or its expiry."""
        placement = await application.bidding.reprice_quote(
            request.user, Side.BID, QuoteId(bid_id), **changes(data)
        )
        return JsonResponse(placed_bid(placement))

    @delete(
        "/{bid_id:uuid}",
        summary="Cancel a bid",
        status_code=200,
        responses=problems(*CANCELLING),
    )
    async def cancel_bid(
        self, request: JsonRequest, bid_id: FromPath[UUID], application: App
    ) -> QuoteView:
        """Cancel an active bid and return it."""
        return quote_view(
            await application.bidding.cancel_quote(request.user, Side.BID, QuoteId(bid_id))
        )
