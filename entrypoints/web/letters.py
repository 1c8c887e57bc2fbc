"""The pages on which users choose the letters that they get."""

from html import escape

from litestar import Controller, Response, get, post
from litestar.exceptions import HTTPException

from ...ports.language.errors import Refusal
from ...ports.language.notifications import NotificationKind
from ..http.edge.bearer import PUBLIC
from ..http.edge.injected import App
from ..http.edge.problems import AnyRequest
from .forms import MOST_FORM, failed_page, refused_page, submitted
from .page import form, page, paragraph
from .proofs import Token


class LetterPages(Controller):
    """Nobody need be signed in to use them: the token of a link says whose letters they are."""

    path = "/account"
    include_in_schema = False
    opt = PUBLIC
    request_max_body_size = MOST_FORM
    exception_handlers = {Refusal: refused_page, HTTPException: failed_page}  # noqa: RUF012  # of Litestar

    @get("/unsubscribe")
    async def unsubscribe_form(self, token: Token = "") -> Response[bytes]:
        """Show the button that ends a kind of letter."""
        return page(
            "Unsubscribe",
            paragraph("Press the button to get no more letters like this one."),
            form("/account/unsubscribe", token=token, button="Unsubscribe"),
        )

    @post("/unsubscribe", status_code=200)
    async def unsubscribe(
        self, request: AnyRequest, application: App, token: Token = ""
    ) -> Response[bytes]:
        """End a kind of letter.

        Mail programs post to the link itself, and their form (RFC 8058) says nothing of interest.
        """
        given = token or (await submitted(request)).get("token", "")
        kind = await application.notifications.choose_letters.unsubscribe(given)
        return page("Thank you", paragraph(f"You get no more letters about: {_words(kind)}."))

    @get("/letters")
    async def letters_form(self, application: App, token: Token = "") -> Response[bytes]:
        """Show which kinds of letters come."""
        mailed = await application.notifications.choose_letters.view(token)
        boxes = (_box(kind, is_mailed=is_mailed) for kind, is_mailed in mailed.items())
        return page(
            "Your letters",
            paragraph("Choose what comes as a letter. Proofs and passwords always do."),
            form("/account/letters", *boxes, token=token, button="Save"),
        )

    @post("/letters", status_code=200)
    async def choose_letters(self, request: AnyRequest, application: App) -> Response[bytes]:
        """Choose which kinds of letters come."""
        fields = await submitted(request)
        wanted = {kind for kind in NotificationKind if kind in fields}
        await application.notifications.choose_letters(fields.get("token", ""), wanted)
        return page("Thank you", paragraph("Your choice is saved."))


def _box(kind: NotificationKind, *, is_mailed: bool) -> str:
    checked = " checked" if is_mailed else ""
    box = f"<input type='checkbox' name='{escape(kind)}'{checked}>"
    return f"<label>{box} {escape(_words(kind))}</label>"


def _words(kind: NotificationKind) -> str:
    return kind.replace("_", " ")
