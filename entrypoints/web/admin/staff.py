"""What the pages of admins have in common: who may see them, and what only they ask for."""

from collections.abc import Awaitable, Callable

from ....composition.application import Application
from ....ports.language.audit import AuditEntry
from ....ports.language.errors import InvalidText
from ....ports.language.ids import AuditEntryId, parse_id
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, Role
from ...http.edge.problems import AnyRequest
from ...http.routes.admin.requests import PATIENCE
from ..pages import ThePage
from ..posted import Form, Sent, form_of, user_of
from ..visitor import SignedInVisitor, User

A_PAGE = 20
"""The number of rows of a list."""


async def admin_of(sent: Sent, page: ThePage) -> SignedInVisitor:
    """Return the visitor. Raises SignInNeeded, and Forbidden if they are no admin.

    The use cases check it too. A page may show what is no use case's, such as the health.
    """
    user = await user_of(sent, page)
    check_role(user.actor, Role.ADMIN, "use the pages of admins")
    return user


async def admin_form_of(request: AnyRequest, sent: Sent, page: ThePage, user: User) -> Form:
    """Return the form of an admin, once it is known that its sender is one. Raises FormOutdated."""
    assert page.visitor is user
    return await form_of(request, sent, page)


async def ask_once(
    application: Application, actor: Actor, form: Form, ask: Callable[[], Awaitable[AuditEntry]]
) -> None:
    """Ask for what the process with the engine carries out, and wait for it a little.

    The page that follows shows the entry in the audit log, and the outcome if there is one by then.
    Raises what `ask` raises.
    """

    async def run() -> bytes:
        return str((await ask()).id).encode()

    answered = await application.operations.answer_once(form.key(actor.user_id), run)
    entry_id = AuditEntryId(parse_id(answered.answer.decode()))
    await application.operations.await_outcome(entry_id, PATIENCE)


def check_sure(form: Form) -> None:
    """Raise InvalidText unless what cannot be undone was confirmed."""
    if not form.text("sure"):
        raise InvalidText(field="confirmation", problem="is needed, because it cannot be undone")
