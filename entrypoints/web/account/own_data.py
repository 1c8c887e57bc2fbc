"""The page with the export of one's own data and the end of one's account."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import TypeAlias

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Stream

from ....composition.application import Application
from ....ports.language.errors import Refusal
from ....ports.language.users import Actor
from ...http.edge.headers import program_of
from ...http.edge.injected import App, Limits, Requests
from ...http.edge.places import Places
from ...http.edge.problems import AnyRequest
from ...http.routes.export import document
from ..acting import NOT_REFUSED, Refused
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User

_LONGEST = 60.0
"""Seconds for which an export keeps its place at most, as that of the API does."""

Exports: TypeAlias = NamedDependency[SkipValidation[Places]]
"""The parameter `exports`: the places of exports, which those of the API take too."""


class OwnDataPages(Controller):
    """What the exchange has of you, and the end of your account."""

    path = "/account/data"

    @get()
    async def view_own_data(self, page: ThePage, user: User, application: App) -> Response[bytes]:
        """Show the link to the export, and what it means to close the account."""
        return await _shown(page, application, user.actor, NOT_REFUSED)

    @get("/export")
    async def export(
        self,
        page: ThePage,
        user: User,
        application: App,
        request_limits: Requests,
        exports: Exports,
    ) -> Stream:
        """Send everything that the exchange has of you as a file, as it is read.

        Raises RateLimited: a user has one export at a time, and ten in an hour.
        """
        stack = AsyncExitStack()
        leave = await stack.enter_async_context(exports.taken(str(user.actor.user_id)))
        stack.callback(get_running_loop().call_later(_LONGEST, leave).cancel)
        async with AsyncExitStack() as if_refused:
            if_refused.push_async_exit(stack)
            await request_limits.take_for_export(user.actor)
            if_refused.pop_all()
        day = application.adapters.clock.now().astimezone(UTC).date()
        pieces = document(application, user.actor, user.session_id)
        return Stream(
            _until_read(stack, pieces),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="solebook-{day}.json"'},
        )

    @post("/closing")
    async def close_account(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        application: App,
        credential_limits: Limits,
    ) -> Response[bytes]:
        """Close your account for good, with your password."""
        show = partial(_shown, page, application, user.actor)
        try:
            source = await credential_limits.check(request.scope, "own", str(user.actor.user_id))
            await application.closing.close_account(
                user.actor,
                password=form.text("password"),
                source=replace(source, trusted=True),
                program=program_of(request),
            )
        except Refusal as refusal:
            return await show(Refused.of(request, refusal, form))
        return page.leads_to("/account/closed", becoming=user.signed_out())


class ClosedPages(Controller):
    """What somebody sees who has closed their account."""

    path = "/account/closed"

    @get()
    async def view_closed(self, page: ThePage) -> Response[bytes]:
        """Say goodbye."""
        return page.shows("account/closed")


async def _until_read(stack: AsyncExitStack, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces, and leave the place of the export after the last one, or without it."""
    async with stack:
        async for piece in pieces:
            yield piece


async def _shown(
    page: Page, application: Application, actor: Actor, refused: Refused
) -> Response[bytes]:
    return page.shows(
        "account/own_data",
        status=refused.status,
        refused=refused,
        balance=await application.payments.view_balance(actor),
    )
