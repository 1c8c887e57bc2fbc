"""The page of one's own cards."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....core.users.view_card_setup import ViewedSetup
from ....ports.language.errors import Refusal
from ....ports.language.ids import PaymentMethodId
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .provider_links import provider_link

_HERE = "/account/cards"
Setup: TypeAlias = Annotated[str, QueryParameter(max_length=255)]


class CardPages(Controller):
    """The cards that your bids are charged to."""

    path = "/account/cards"

    @get()
    async def list_cards(
        self, request: AnyRequest, page: ThePage, user: User, application: App, setup: Setup = ""
    ) -> Response[bytes]:
        """List your cards. `setup` is the provider's page that you come back from.

        What became of it is asked of the provider, and the address is not believed.
        """
        viewed, refused = None, NOT_REFUSED
        if setup:
            try:
                viewed = await application.users.view_card_setup(user.actor, setup)
            except Refusal as refusal:
                refused = Refused.of(request, refusal)
        return await _shown(page, application, user.actor, refused, viewed=viewed)

    @post()
    async def begin(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Go to the provider's page on which a card is typed in."""
        try:
            began = await application.users.begin_card_page(
                user.actor, back_to=f"{_base(request)}{_HERE}"
            )
        except Refusal as refusal:
            return await _shown(page, application, user.actor, Refused.of(request, refusal, form))
        return provider_link(application, page, began.url, back=_HERE)

    @post("/{payment_method_id:uuid}/{act:str}")
    async def act_on_card(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        payment_method_id: FromPath[UUID],
        act: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Choose or remove a card. Raises NotFoundException."""
        users = application.users
        acts: dict[str, Callable[[Actor, PaymentMethodId], Awaitable[object]]] = {
            "choice": users.choose_payment_method,
            "removal": users.remove_payment_method,
        }
        if act not in acts:
            raise NotFoundException

        async def run() -> None:
            await acts[act](user.actor, PaymentMethodId(payment_method_id))

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, run, show, then=_HERE)


def _base(request: AnyRequest) -> str:
    """Return the public address. Without a setting, it is the one that the browser calls."""
    if public_url := request.route_handler.opt["public_url"]:
        return str(public_url).rstrip("/")
    here = urlsplit(str(request.base_url))
    return f"{here.scheme}://{here.netloc}"


async def _shown(
    page: Page,
    application: Application,
    actor: Actor,
    refused: Refused,
    *,
    viewed: ViewedSetup | None = None,
) -> Response[bytes]:
    cards = await application.users.list_payment_methods(actor)
    return page.shows(
        "account/cards",
        status=refused.status,
        refused=refused,
        cards=list(reversed(cards.methods)),
        default=cards.default,
        viewed=viewed,
    )
