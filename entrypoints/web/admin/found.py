"""Whom and what an admin looks for by a text: an id, or an email."""

from ....composition.application import Application
from ....core.operations.find_user import UserRecord
from ....ports.language.errors import NotFound
from ....ports.language.ids import UserId, parse_id
from ....ports.language.users import Actor


async def user_named(application: Application, actor: Actor, text: str) -> UserRecord | None:
    """Return the user with an id or an email, or None."""
    find = application.operations.find_user
    try:
        user_id = UserId(parse_id(text.strip()))
    except ValueError:
        return await find.by_email(actor, text) if "@" in text else None
    try:
        return await find(actor, user_id)
    except NotFound:
        return None
