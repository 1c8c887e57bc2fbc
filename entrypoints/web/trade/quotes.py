"""The pages of one's own bids and asks."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.errors import QuoteNotActive, Refusal
from ....ports.language.ids import QuoteId
from ....ports.language.market import QuoteStatus, Side
from ....ports.language.money import Cents
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..choices import Choice, chosen
from ..forms import detail_of
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User
from .amounts import amount_of, days_of

_A_PAGE = 20


class Unusual(Exception):
    """An amount is far from the last sales, and was not confirmed yet."""

    def __init__(self, amount: Cents) -> None:
        super().__init__("the amount is unusual")
        self.amount = amount


def _is_meant(form: Form, amount: Cents) -> bool:
    """Whether the sender has confirmed this amount. To confirm one is not to confirm another."""
    return form.text("meant") == str(amount)


class QuotePages(Controller):
    """Your bids and asks."""

    path = "/quotes/{side:str}"

    @get()
    async def list_quotes(
        self,
        page: ThePage,
        user: User,
        side: FromPath[Side],
        application: App,
        status: Choice = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List your bids or your asks, newest first. Raises InvalidText for an unknown state."""
        only = chosen("status", status, QuoteStatus)
        found = await application.bidding.list_quotes(
            user.actor, side, PageRequest(_A_PAGE, cursor), only
        )
        return page.shows(
            "trade/quotes",
            side=side,
            quotes=found.items,
            next=found.next_cursor,
            chosen=only,
            statuses=list(QuoteStatus),
            products=await listed_products(
                application, (quote.book.product_id for quote in found.items)
            ),
        )

    @get("/{quote_id:uuid}")
    async def view_quote(
        self,
        page: ThePage,
        user: User,
        side: FromPath[Side],
        quote_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Show a bid or an ask, its place in the queue, and what can be done with it."""
        return await _shown(page, user.actor, application, side, QuoteId(quote_id))

    @post("/{quote_id:uuid}/cancellation")
    async def cancel_quote(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        side: FromPath[Side],
        quote_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Cancel a bid or an ask."""
        id_ = QuoteId(quote_id)

        async def cancel() -> None:
            try:
                await application.bidding.cancel_quote(user.actor, side, id_)
            except QuoteNotActive as refusal:
                if refusal.status != QuoteStatus.CANCELLED:  # the button was pressed twice
                    raise

        return await _done(request, page, user.actor, application, side, id_, form, cancel)

    @post("/{quote_id:uuid}/change")
    async def change_quote(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        side: FromPath[Side],
        quote_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Change the amount or the lifetime. A new amount may trade at once."""
        id_ = QuoteId(quote_id)

        async def change() -> None:
            text, days = form.text("amount").strip(), days_of(form.text("days"))
            amount = amount_of(text, page.currency) if text else None
            if amount is not None and not _is_meant(form, amount):
                await _refuse_unusual(user.actor, application, side, id_, amount)
            await application.bidding.reprice_quote(
                user.actor, side, id_, amount=amount, expires_in_days=days
            )

        return await _done(request, page, user.actor, application, side, id_, form, change)


async def _refuse_unusual(
    actor: Actor,
    application: Application,
    side: Side,
    quote_id: QuoteId,
    amount: Cents,
) -> None:
    """Raise Unusual if an amount looks mistyped."""
    book = (await application.bidding.view_quote(actor, side, quote_id)).quote.book
    preview = await application.bidding.preview_quote(
        actor.user_id,
        side,
        product_id=book.product_id,
        size=book.size,
        amount=amount,
        condition=book.condition,
    )
    if preview.is_unusual:
        raise Unusual(amount)


async def _done(
    request: AnyRequest,
    page: Page,
    actor: Actor,
    application: Application,
    side: Side,
    quote_id: QuoteId,
    form: Form,
    act: Callable[[], Awaitable[None]],
) -> Response[bytes]:
    """Do something with a quote and lead back to it, or show it with the refusal."""
    try:
        await act()
    except Unusual as unusual:
        return await _shown(
            page, actor, application, side, quote_id, form=form, unusual=unusual.amount
        )
    except Refusal as refusal:
        status, detail = detail_of(request, refusal)
        return await _shown(
            page, actor, application, side, quote_id, form=form, status=status, refused=detail
        )
    return page.leads_to(f"/quotes/{side}/{quote_id}")


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    side: Side,
    quote_id: QuoteId,
    *,
    form: Form | None = None,
    status: int = 200,
    refused: str = "",
    unusual: Cents | None = None,
) -> Response[bytes]:
    seen = await application.bidding.view_quote(actor, side, quote_id)
    return page.shows(
        "trade/quote",
        status=status,
        side=side,
        quote=seen.quote,
        ahead=seen.ahead,
        product=await application.catalog.view_product(seen.quote.book.product_id),
        refused=refused,
        unusual=unusual,
        typed={} if form is None else form.fields,
    )
