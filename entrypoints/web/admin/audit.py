"""The page of the audit log."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import QueryParameter

from ....composition.application import Application
from ....ports.language.errors import InvalidText
from ....ports.language.ids import UserId, parse_id
from ....ports.language.paging import PageRequest
from ....ports.language.users import OPERATOR, Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ..pages import ThePage
from ..visitor import User
from .found import user_named
from .shown_values import shown_values
from .staff import A_PAGE

Who: TypeAlias = Annotated[str, QueryParameter(name="actor", max_length=254)]
What: TypeAlias = Annotated[str, QueryParameter(name="target", max_length=40)]
When: TypeAlias = Annotated[str, QueryParameter(name="until", max_length=10)]


class AuditPage(Controller):
    """The audit log, read-only."""

    @get("/admin/audit")
    async def read_audit_log(
        self,
        page: ThePage,
        user: User,
        application: App,
        who: Who = "",
        what: What = "",
        when: When = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List what staff did, newest first: all, or of an actor, on a target, until a day."""
        actor_id = await _actor_named(application, user.actor, who)
        found = await application.operations.read_audit_log(
            user.actor,
            PageRequest(A_PAGE, cursor or _end_of(when)),
            actor_id=actor_id,
            target_id=_target_named(what),
        )
        return page.shows(
            "admin/audit",
            entries=[(each, shown_values(each.act.facts, page.currency)) for each in found.items],
            next=found.next_cursor,
            chosen={"actor": who, "target": what, "until": when},
        )


async def _actor_named(application: Application, actor: Actor, text: str) -> UserId | None:
    """Return whose acts are looked for, or None for everybody's. Raises InvalidText."""
    if not text.strip():
        return None
    if text.strip() == "operator":
        return OPERATOR.user_id
    found = await user_named(application, actor, text)
    if found is None:
        raise InvalidText(field="who", problem="is no user")
    return found.user.id


def _target_named(text: str) -> UUID | None:
    try:
        return parse_id(text.strip()) if text.strip() else None
    except ValueError as error:
        raise InvalidText(field="what", problem="must be an id") from error


def _end_of(text: str) -> UUID | None:
    """Return the first id after a day (UTC), because ids begin with the time. Raises InvalidText.

    >>> _end_of("2026-03-01")
    UUID('019caaf2-7c00-0000-0000-000000000000')
    """
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        end = int((day + timedelta(days=1)).timestamp() * 1_000)
        return UUID(int=end << 80)
    except (ValueError, OverflowError) as error:
        raise InvalidText(field="when", problem="must be a day such as 2026-03-01") from error
