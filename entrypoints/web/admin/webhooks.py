"""The page of the webhook endpoints of all users, for admins."""

from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.ids import WebhookEndpointId
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .staff import A_PAGE


class AdminWebhookPages(Controller):
    """Where programs of users are sent events. Programs register them with the API."""

    path = "/admin/webhooks"

    @get()
    async def list_endpoints(
        self, page: ThePage, user: User, application: App, cursor: Cursor = None
    ) -> Response[bytes]:
        """List the endpoints of all users, newest first."""
        return await _listed(page, user.actor, application, cursor)

    @post("/{endpoint_id:uuid}/disablement")
    async def disable_endpoint(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        endpoint_id: FromPath[UUID],
        application: App,
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """Disable an endpoint. Its owner is told, and can enable it again."""

        async def disable() -> None:
            await application.outgoing_webhooks.disable_endpoint(
                user.actor, WebhookEndpointId(endpoint_id), reason=form.text("reason")
            )

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, user.actor, form, disable),
            partial(_listed, page, user.actor, application, cursor),
            then=f"/admin/webhooks{page.query}",
        )


async def _listed(
    page: Page,
    actor: Actor,
    application: Application,
    cursor: UUID | None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    found = await application.outgoing_webhooks.list_endpoints.of_all_users(
        actor, PageRequest(A_PAGE, cursor)
    )
    return page.shows(
        "admin/webhooks",
        status=refused.status,
        endpoints=found.items,
        next=found.next_cursor,
        refused=refused.detail,
    )
