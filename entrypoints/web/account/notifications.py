"""The page on which users choose how they are told of what, and prove their phone."""

from functools import partial
from typing import Annotated, TypeAlias

from litestar import Controller, Response, get, post
from litestar.params import QueryParameter

from ....composition.application import Application
from ....ports.language.notifications import (
    ALWAYS_SENT,
    Channel,
    NotificationKind,
    NotificationPreferences,
)
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User

_HERE = "/account/notifications"
_KINDS = tuple(kind for kind in NotificationKind if kind not in ALWAYS_SENT)
_CHANNELS = (Channel.IN_APP, Channel.EMAIL, Channel.SMS)
"""What the page shows. Push messages are for apps, which choose them by the API."""
Done: TypeAlias = Annotated[str, QueryParameter(max_length=20)]


class NotificationPages(Controller):
    """How you are told of what."""

    path = "/account/notifications"

    @get()
    async def view_preferences(
        self, page: ThePage, user: User, application: App, done: Done = ""
    ) -> Response[bytes]:
        """Show the channels of each kind, and your phone."""
        return await _shown(page, application, user.actor, NOT_REFUSED, done=done)

    @post()
    async def set_channels(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Choose the channels of each kind."""

        async def act() -> None:
            before = await application.notifications.view_notification_preferences(user.actor)
            await application.notifications.set_notification_preferences(
                user.actor,
                phone=before.phone,
                devices=before.devices,
                channels=dict(before.channels) | _chosen(before, form, _kinds_of(user.actor)),
            )

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=f"{_HERE}?done=saved")

    @post("/phone")
    async def set_phone(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Set or remove your phone. Another one has to be proven."""

        async def act() -> None:
            before = await application.notifications.view_notification_preferences(user.actor)
            await application.notifications.set_notification_preferences(
                user.actor,
                phone="".join(form.text("phone").split()) or None,
                devices=before.devices,
                channels=dict(before.channels),
            )

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=_HERE)

    @post("/phone-code")
    async def send_phone_code(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Send a text message with a code to your phone, once however often the form is sent."""

        async def send() -> None:
            await application.users.request_phone_proof(user.actor)

        async def act() -> None:
            await act_once(application, user.actor, form, send)

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=f"{_HERE}?done=sent")

    @post("/phone-proof")
    async def prove_phone(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Prove your phone by the code."""

        async def act() -> None:
            await application.users.prove_phone(user.actor, form.text("code").strip())

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=_HERE)


def _kinds_of(actor: Actor) -> list[NotificationKind]:
    """Return the kinds of which somebody can be told."""
    is_admin = actor.has(Role.ADMIN)
    return [kind for kind in _KINDS if kind is not NotificationKind.ALARM or is_admin]


def _chosen(
    before: NotificationPreferences, form: Form, kinds: list[NotificationKind]
) -> dict[NotificationKind, frozenset[Channel]]:
    """Return the channels that the form chooses. Push messages stay as they were."""
    return {
        kind: frozenset(each for each in _CHANNELS if form.text(f"{kind}.{each}"))
        | (before.channels_for(kind) - frozenset(_CHANNELS))
        for kind in kinds
    }


async def _shown(
    page: Page, application: Application, actor: Actor, refused: Refused, *, done: str = ""
) -> Response[bytes]:
    return page.shows(
        "account/notifications",
        status=refused.status,
        refused=refused,
        done=done,
        preferences=await application.notifications.view_notification_preferences(actor),
        kinds=_kinds_of(actor),
        channels=_CHANNELS,
    )
