"""Bids and asks: the same routes for both sides of the market.

The framework reads what a route is called, takes and answers from its function, so each side gets
functions of its own, and only the words in them differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import PathParameter

from ....composition.application import Application
from ....core.bidding.place_ask import PlaceAsk
from ....core.bidding.place_bid import PlaceBid
from ....ports.language.errors import NotFound, Refusal
from ....ports.language.ids import QuoteId
from ....ports.language.market import Side
from ....ports.matching import Placement
from ..edge.idempotency import REPLAYED, KeyHeader, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..openapi.documented import example, problems, success
from .quotes import (
    CANCELLING,
    CHANGING,
    EXAMPLE,
    MATCH_EXAMPLE,
    NEW_EXAMPLE,
    PLACING,
    NewQuote,
    QuoteChange,
    QuoteDetail,
    QuoteListing,
    QuoteView,
    StatusFilter,
    changes,
    match_view,
    place,
    quote_detail,
    quote_view,
)


@dataclass(frozen=True, slots=True)
class QuoteRoutes:
    """What the routes of one side do and say in a way of their own."""

    side: Side
    a_quote: str
    """With its article: a bid."""
    placing: str
    """What placing one is."""
    refusals: tuple[type[Refusal], ...]
    """What it is refused for besides what both sides are."""
    use_case: Callable[[Application], PlaceBid | PlaceAsk]
    placed: Callable[..., Any]
    """The shape of the answer to placing and changing: what was placed, and its match."""

    def view(self, placement: Placement) -> Any:
        """Return a placement as it is sent."""
        return self.placed(quote_view(placement.quote), match_view(placement.match))


def quotes_controller(routes: QuoteRoutes) -> type[Controller]:
    """Return the controller of one side."""
    side, word = routes.side, str(routes.side)
    name = word.title()
    one = f"/{{{word}_id:uuid}}"

    class QuotesController(Controller):
        path = f"/v1/{word}s"
        tags = (f"{word}s",)

        @post(
            summary=f"Place {routes.a_quote}",
            description=routes.placing,
            operation_id=f"V1{name}sPlace{name}",
            responses=success(201, routes.placed, {word: EXAMPLE, "match": MATCH_EXAMPLE})
            | problems(*PLACING, *routes.refusals, body=True),
        )
        async def place_quote(
            self,
            request: JsonRequest,
            data: Annotated[NewQuote, example(NEW_EXAMPLE)],
            application: App,
            idempotency_key: KeyHeader = None,
        ) -> Response[Any]:
            key = await request_key(request, idempotency_key)
            placement = await place(routes.use_case(application), request.user, data, key)
            headers = {REPLAYED: "true"} if placement.replayed else None
            return Response(routes.view(placement), headers=headers)

        @get(
            summary=f"The own {word}s",
            description=f"Return the own {word}s, newest first.",
            operation_id=f"V1{name}sList{name}s",
            responses=problems(),
        )
        async def list_quotes(
            self,
            request: JsonRequest,
            application: App,
            status: StatusFilter = None,
            limit: Limit = DEFAULT_LIMIT,
            cursor: Cursor = None,
        ) -> QuoteListing:
            page = await application.adapters.store.quotes.of_user(
                request.user.user_id, side, page_request(limit, cursor), status
            )
            return listing(QuoteListing, page, quote_view)

        @get(
            one,
            summary=routes.a_quote.capitalize(),
            description=f"Return one of the own {word}s, and how many come before it in its book.",
            operation_id=f"V1{name}s{name}IdView{name}",
            responses=success(
                200, QuoteDetail, EXAMPLE | {"ahead": {"better_price": 2, "same_price": 0}}
            )
            | problems(NotFound),
        )
        async def view_quote(
            self,
            request: JsonRequest,
            quote_id: Annotated[UUID, PathParameter(name=f"{word}_id")],
            application: App,
        ) -> QuoteDetail:
            quote = await application.bidding.view_quote(request.user, side, QuoteId(quote_id))
            return await quote_detail(application, quote)

        @patch(
            one,
            summary=f"Change {routes.a_quote}",
            description=f"Give an active {word} another amount, where it may match at once, or "
            "another lifetime.",
            operation_id=f"V1{name}s{name}IdChange{name}",
            responses=success(200, routes.placed, {word: EXAMPLE, "match": MATCH_EXAMPLE})
            | problems(*CHANGING, body=True),
        )
        async def change_quote(
            self,
            request: JsonRequest,
            quote_id: Annotated[UUID, PathParameter(name=f"{word}_id")],
            data: Annotated[QuoteChange, example({"amount": 21_000})],
            application: App,
        ) -> Response[Any]:
            placement = await application.bidding.reprice_quote(
                request.user, side, QuoteId(quote_id), **changes(data)
            )
            return Response(routes.view(placement))

        @delete(
            one,
            summary=f"Cancel {routes.a_quote}",
            description=f"Take an active {word} out of its book and return it, cancelled.",
            operation_id=f"V1{name}s{name}IdCancel{name}",
            status_code=200,
            responses=problems(*CANCELLING),
        )
        async def cancel_quote(
            self,
            request: JsonRequest,
            quote_id: Annotated[UUID, PathParameter(name=f"{word}_id")],
            application: App,
        ) -> QuoteView:
            return quote_view(
                await application.bidding.cancel_quote(request.user, side, QuoteId(quote_id))
            )

    return QuotesController
