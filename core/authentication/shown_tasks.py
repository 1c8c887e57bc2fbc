"""Which authentication tasks staff may see, and which fields."""

from dataclasses import replace

from ...ports.language.authentication import AuthenticationTask
from ...ports.language.errors import Forbidden
from ...ports.language.users import Actor, Role


def check_may_see_tasks(actor: Actor, action: str) -> None:
    """Raise Forbidden unless the actor is an authenticator or an admin."""
    if not (actor.has(Role.AUTHENTICATOR) or actor.has(Role.ADMIN)):
        raise Forbidden(action=action, needs="admin or authenticator")


def show_task(task: AuthenticationTask, actor: Actor) -> AuthenticationTask:
    """Return the task as the actor may see it: without its authenticator for buyer and seller."""
    if actor.user_id in (task.buyer_id, task.seller_id):
        return replace(task, authenticator_id=None)
    return task
