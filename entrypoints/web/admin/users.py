"""The pages of users, for admins."""

from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.errors import InvalidText
from ....ports.language.ids import UserId
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .found import user_named
from .orders import Sought
from .staff import check_sure
from .user_acts import USER_ACTS

_AUDITED = PageRequest(limit=50)


class AdminUserPages(Controller):
    """Users."""

    path = "/admin/users"

    @get()
    async def find_user(
        self, page: ThePage, user: User, application: App, q: Sought = ""
    ) -> Response[bytes]:
        """Lead to the user with an id or an email, or show the form that asks for it."""
        found = await user_named(application, user.actor, q) if q.strip() else None
        if found is not None:
            return page.leads_to(f"/admin/users/{found.user.id}")
        return page.shows("admin/users", sought=q)

    @get("/{user_id:uuid}")
    async def view_user(
        self, page: ThePage, user: User, user_id: FromPath[UUID], application: App
    ) -> Response[bytes]:
        """Show a user, and what an admin can do."""
        return await _shown(page, user.actor, application, UserId(user_id))

    @post("/{user_id:uuid}/{act:str}")
    async def act_on_user(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        user_id: FromPath[UUID],
        act: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Do something with a user."""
        id_ = UserId(user_id)

        async def do() -> None:
            if (found := USER_ACTS.get(act)) is None:
                raise InvalidText(field="act", problem="is unknown")
            if found.is_final:
                check_sure(form)
            if found.is_repeatable:
                await found.do(application, user.actor, id_, form)
            else:
                do_it = partial(found.do, application, user.actor, id_, form)
                await act_once(application, user.actor, form, do_it)

        show = partial(_shown, page, user.actor, application, id_, act)
        return await acted(request, page, form, do, show, then=f"/admin/users/{id_}")


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    user_id: UserId,
    act: str = "",
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    record = await application.operations.find_user(actor, user_id)
    audit = await application.operations.read_audit_log(actor, _AUDITED, target_id=user_id)
    return page.shows(
        "admin/user",
        status=refused.status,
        record=record,
        user=record.user,
        is_self=user_id == actor.user_id,
        roles=list(Role),
        audit=audit.items,
        typed=refused.typed,
        tried=act,
        refused=refused.detail,
    )
