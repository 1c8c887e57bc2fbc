"""Asks: sellers' offers."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromPath

from ....ports.language.errors import EmailNotProven, NotFound, PayoutAccountMissing
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


class PlacedAsk(msgspec.Struct, frozen=True):
    """The result of an ask: it rests, or it matched a bid."""

    ask: QuoteView
    match: MatchView | None


def placed_ask(placement: Placement) -> PlacedAsk:
    """Return the placement of an ask as a response."""
    return PlacedAsk(quote_view(placement.quote), match_view(placement.match))


_EXAMPLE = {"ask": EXAMPLE, "match": MATCH_EXAMPLE}


class AsksController(Controller):
    """Asks."""

    path = "/v1/asks"
    tags = ("asks",)
    opt = FOR_TRADERS

    @post(
        summary="Place an ask",
        responses=success(201, PlacedAsk, _EXAMPLE)
        | problems(*PLACING, EmailNotProven, PayoutAccountMissing, body=True),
    )
    async def place_ask(
        self,
        request: JsonRequest,
        data: Annotated[NewQuote, example(NEW_EXAMPLE)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[PlacedAsk]:
        """Ask for one pair. It matches the highest bid of another user at or above its amount."""
        key = await request_key(request, idempotency_key)
        placement = await application.bidding.place_ask(
            request.user, **terms(data), idempotency_key=key
        )
        return JsonResponse(placed_ask(placement), headers=replay_header(placement))

    @get(summary="List your asks", responses=problems())
    async def list_asks(
        self,
        request: JsonRequest,
        application: App,
        status: StatusFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> QuoteListing:
        """Return your asks, newest first."""
        page = await application.bidding.list_quotes(
            request.user, Side.ASK, page_request(limit, cursor), status
        )
        return listing(QuoteListing, page, quote_view)

    @get(
        "/{ask_id:uuid}",
        summary="View an ask",
        responses=success(200, QuoteDetail, DETAIL_EXAMPLE) | problems(NotFound),
    )
    async def view_ask(
        self, request: JsonRequest, ask_id: FromPath[UUID], application: App
    ) -> QuoteDetail:
        """Return one of your asks, with its place in the queue."""
        seen = await application.bidding.view_quote(request.user, Side.ASK, QuoteId(ask_id))
        return quote_detail(seen)

    @patch(
        "/{ask_id:uuid}",
        summary="Change an ask",
        responses=success(200, PlacedAsk, _EXAMPLE) | problems(*CHANGING, body=True),
    )
    async def change_ask(
        self,
        request: JsonRequest,
        ask_id: FromPath[UUID],
        data: Annotated[QuoteChange, example({"amount": 21_000})],
        application: App,
    ) -> Response[PlacedAsk]:
        """Change the amount of an active ask, so that it may match immediately, or its expiry."""
        placement = await application.bidding.reprice_quote(
            request.user, Side.ASK, QuoteId(ask_id), **changes(data)
        )
        return JsonResponse(placed_ask(placement))

    @delete(
        "/{ask_id:uuid}",
        summary="Cancel an ask",
        status_code=200,
        responses=problems(*CANCELLING),
    )
    async def cancel_ask(
        self, request: JsonRequest, ask_id: FromPath[UUID], application: App
    ) -> QuoteView:
        """Cancel an active ask, or one that waits for a halted book, and return it."""
        return quote_view(
            await application.bidding.cancel_quote(request.user, Side.ASK, QuoteId(ask_id))
        )
