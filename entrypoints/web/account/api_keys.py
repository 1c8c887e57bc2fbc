"""The page of one's own API keys."""

from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....core.users.issue_api_token import IssuedApiToken
from ....core.users.token_texts import shown_prefix
from ....ports.language.api_tokens import KeyScope
from ....ports.language.errors import InvalidText, Refusal
from ....ports.language.ids import ApiTokenId
from ....ports.language.paging import PageRequest
from ....ports.language.users import Role
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import SignedInVisitor, User

_HERE = "/account/api-keys"
_A_PAGE = 20


class ApiKeyPages(Controller):
    """What your programs call the exchange with."""

    path = "/account/api-keys"

    @get()
    async def list_api_keys(
        self, page: ThePage, user: User, application: App, cursor: Cursor = None
    ) -> Response[bytes]:
        """List your keys, newest first."""
        return await _shown(page, application, user, NOT_REFUSED, cursor=cursor)

    @post(status_code=200)
    async def create_api_key(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Create a key and show it this once.

        The form may be sent twice, and then there are two keys: the answer to a form that is
        repeated would be kept, with the key in it.
        """
        try:
            created = await application.users.create_api_key(
                user.actor,
                name=form.text("name"),
                scopes=[scope for scope in KeyScope if form.text(scope)],
                expires_at=_end_of(form.text("days"), application.adapters.clock.now()),
            )
        except Refusal as refusal:
            return await _shown(page, application, user, Refused.of(request, refusal, form))
        return await _shown(page, application, user, NOT_REFUSED, created=created)

    @post("/{key_id:uuid}/revocation")
    async def revoke_api_key(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        key_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """End a key."""
        try:
            await application.users.revoke_api_key(user.actor, ApiTokenId(key_id))
        except Refusal as refusal:
            return await _shown(page, application, user, Refused.of(request, refusal))
        return page.leads_to(_HERE)


def _end_of(days: str, now: datetime) -> datetime | None:
    """Return when a key ends that is to work for some days. Raises InvalidText."""
    if not days.strip():
        return None
    if not days.strip().isascii() or not days.strip().isdecimal() or len(days) > 6:
        raise InvalidText(field="days", problem="is not a number of days")
    return now + timedelta(days=int(days))


async def _shown(
    page: Page,
    application: Application,
    user: SignedInVisitor,
    refused: Refused,
    *,
    cursor: UUID | None = None,
    created: IssuedApiToken | None = None,
) -> Response[bytes]:
    found = await application.users.list_api_keys(user.actor, PageRequest(_A_PAGE, cursor))
    return page.shows(
        "account/api_keys",
        status=refused.status,
        refused=refused,
        keys=found.items,
        next=found.next_cursor,
        created=created,
        now=application.adapters.clock.now(),
        prefix_of=shown_prefix,
        scopes=[s for s in KeyScope if s is not KeyScope.ADMIN or user.actor.has(Role.ADMIN)],
    )
