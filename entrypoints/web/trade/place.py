"""The page to place a bid or an ask, which works everything out before it is confirmed."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, TypeAlias
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....core.bidding.preview_quote import QuotePreview
from ....ports.language.catalog import Product
from ....ports.language.errors import InvalidText, Refusal
from ....ports.language.ids import ProductId
from ....ports.language.market import Condition, Side, TimeInForce
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused
from ..market.product import ConditionOf
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User
from .amounts import amount_of, days_of, typed

SideOf: TypeAlias = Annotated[Side, QueryParameter()]
SizeOf: TypeAlias = Annotated[str, QueryParameter(min_length=1, max_length=10)]
AmountOf: TypeAlias = Annotated[str | None, QueryParameter(max_length=20)]
DaysOf: TypeAlias = Annotated[str, QueryParameter(max_length=4)]
NowOf: TypeAlias = Annotated[str, QueryParameter(max_length=3)]
OnceOf: TypeAlias = Annotated[str, QueryParameter(max_length=64)]


async def _missing(
    request: AnyRequest, actor: Actor, application: Application, side: Side
) -> Refused:
    """Return what is missing before somebody may trade, to be told before they type."""
    bidding = application.bidding
    try:
        await (bidding.place_bid if side is Side.BID else bidding.place_ask).check_trader(actor)
    except Refusal as refusal:
        return replace(Refused.of(request, refusal), status=200)
    return NOT_REFUSED


class TradePages(Controller):
    """Placing a bid or an ask."""

    path = "/products/{product_id:uuid}/trade"

    @get()
    async def view_trade(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        product_id: FromPath[UUID],
        application: App,
        size: SizeOf,
        side: SideOf = Side.BID,
        condition: ConditionOf = Condition.NEW,
        amount: AmountOf = None,
        days: DaysOf = "",
        now: NowOf = "",
        change: NowOf = "",
        once: OnceOf = "",
    ) -> Response[bytes]:
        """Show the form, with what trading now would cost or bring.

        With an amount, show what comes of it, and the button that places it, or with `change` the
        form with what was typed. Nothing is placed by looking, so it is a page to come back to.
        `once` tells which act it is about: who goes back and presses the button again places no
        second quote.
        """
        product = await application.catalog.view_product(ProductId(product_id))
        given = {"side": side, "size": size, "condition": condition, "amount": amount or ""}
        given["days"] = days
        if amount is None or change:
            missing = await _missing(request, user.actor, application, side)
            return await _form(page, user.actor, application, product, given, missing)
        try:
            preview, _ = await _worked_out(page, user.actor, application, product, given)
        except Refusal as refusal:
            return await _form(
                page, user.actor, application, product, given, Refused.of(request, refusal)
            )
        return _confirmation(page, product, given, preview, now=bool(now), once=once)

    @post(status_code=200)
    async def trade(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        product_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Place a bid or an ask. An unusual amount has to be confirmed by itself.

        Who sends the same form twice places one quote. Raises InvalidText for a side or a condition
        that the form does not offer.
        """
        product = await application.catalog.view_product(ProductId(product_id))
        given = {name: form.text(name) for name in ("side", "size", "condition", "amount", "days")}
        given |= {"side": _side_of(form), "condition": _condition_of(form)}
        try:
            preview, days = await _worked_out(page, user.actor, application, product, given)
            if preview.is_unusual and not form.text("meant"):
                now = bool(form.text("now"))
                return _confirmation(page, product, given, preview, now=now, once=form.once)
            path = await _place(application, user.actor, form, product, preview, days)
        except Refusal as refusal:
            return await _form(
                page, user.actor, application, product, given, Refused.of(request, refusal)
            )
        return page.leads_to(path)


async def _worked_out(
    page: Page, actor: Actor, application: Application, product: Product, given: Mapping[str, str]
) -> tuple[QuotePreview, int | None]:
    """Return what would come of an amount, and for how many days it would stand."""
    amount, days = amount_of(given["amount"], page.currency), days_of(given["days"])
    preview = await application.bidding.preview_quote(
        actor.user_id,
        Side(given["side"]),
        product_id=product.id,
        size=given["size"],
        amount=amount,
        condition=Condition(given["condition"]),
    )
    return preview, days


def _confirmation(
    page: Page,
    product: Product,
    given: Mapping[str, str],
    preview: QuotePreview,
    *,
    now: bool,
    once: str,
) -> Response[bytes]:
    return page.shows(
        "trade/confirm", product=product, given=given, preview=preview, now=now, once=once or True
    )


async def _place(
    application: Application,
    actor: Actor,
    form: Form,
    product: Product,
    preview: QuotePreview,
    days: int | None,
) -> str:
    """Place the quote, and return where it is shown."""
    is_bid = preview.side is Side.BID
    place = application.bidding.place_bid if is_bid else application.bidding.place_ask
    placement = await place(
        actor,
        product_id=product.id,
        size=form.text("size"),
        amount=preview.amount,
        condition=_condition_of(form),
        expires_in_days=days,
        time_in_force=TimeInForce.IOC if form.text("now") else TimeInForce.GTC,
        idempotency_key=form.key(actor.user_id),
    )
    return f"/quotes/{preview.side}/{placement.quote.id}"


async def _form(
    page: Page,
    actor: Actor,
    application: Application,
    product: Product,
    given: Mapping[str, str],
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    market = await application.bidding.view_market(
        actor.user_id, product.id, given["size"], Condition(given["condition"])
    )
    return page.shows(
        "trade/place",
        status=refused.status,
        product=product,
        given=given,
        market=market,
        refused=refused.detail,
        remedy=refused.remedy,
        once=uuid4(),
        typed=partial(typed, currency=page.currency),
        days=(
            application.rules.bid_days if given["side"] == Side.BID else application.rules.ask_days
        ),
    )


def _side_of(form: Form) -> Side:
    try:
        return Side(form.text("side"))
    except ValueError as error:
        raise InvalidText(field="side", problem="must be bid or ask") from error


def _condition_of(form: Form) -> Condition:
    try:
        return Condition(form.text("condition"))
    except ValueError as error:
        raise InvalidText(field="condition", problem="is unknown") from error
