"""The page of one's own shipping addresses."""

from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.ids import AddressId
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User

_HERE = "/account/addresses"


class AddressPages(Controller):
    """Where what you buy is sent."""

    path = "/account/addresses"

    @get()
    async def list_addresses(self, page: ThePage, user: User, application: App) -> Response[bytes]:
        """List your addresses, newest first: pairs go to the first one."""
        return await _shown(page, application, user.actor, NOT_REFUSED)

    @post()
    async def add_address(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Add an address, once however often the form is sent."""

        async def add() -> None:
            await application.users.add_address(
                user.actor,
                street=form.text("street"),
                city=form.text("city"),
                region=form.text("region"),
                postal_code=form.text("postal_code"),
                country=form.text("country").strip().upper(),
            )

        async def act() -> None:
            await act_once(application, user.actor, form, add)

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=_HERE)

    @post("/{address_id:uuid}/removal")
    async def remove_address(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        address_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Remove an address."""

        async def act() -> None:
            await application.users.remove_address(user.actor, AddressId(address_id))

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=_HERE)


async def _shown(
    page: Page, application: Application, actor: Actor, refused: Refused
) -> Response[bytes]:
    addresses = await application.users.list_addresses(actor)
    return page.shows(
        "account/addresses",
        status=refused.status,
        refused=refused,
        addresses=list(reversed(addresses)),
    )
