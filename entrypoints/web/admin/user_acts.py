"""What admins do with a user, by the last part of its path."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ....composition.application import Application
from ....ports.language.errors import InvalidText
from ....ports.language.ids import UserId
from ....ports.language.users import Actor, Role
from ...http.routes.admin.requests import PATIENCE
from ..posted import Form
from ..trade.amounts import amount_of

Do: TypeAlias = Callable[[Application, Actor, UserId, Form], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class UserAct:
    """An act, and whether it cannot be undone, so that it has to be confirmed."""

    do: Do
    is_final: bool = False
    is_repeatable: bool = False
    """Whether a second time changes nothing. It tells other processes, so it has no key."""


async def _set_roles(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    roles = frozenset(role for role in Role if form.text(f"role.{role}"))
    await app.users.set_roles(actor, user_id, roles=roles, reason=form.text("reason"))


async def _suspend(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    done = await app.users.set_suspension(
        actor, user_id, suspended=True, reason=form.text("reason")
    )
    # The process with the engine withdraws the quotes, and notes it under the entry.
    await app.operations.await_outcome(done.entry.id, PATIENCE)


async def _reinstate(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    await app.users.set_suspension(actor, user_id, suspended=False, reason=form.text("reason"))


async def _end_sessions(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    await app.users.end_sessions.of_user(actor, user_id, reason=form.text("reason"))


async def _forgive(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    await app.payments.forgive_declines(actor, user_id, reason=form.text("reason"))


async def _write_off(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    amount = amount_of(form.text("amount"), app.rules.money)
    if amount < 1:
        raise InvalidText(field="amount", problem="must be more than nothing")
    await app.payments.write_off_debt(actor, user_id, amount=amount, reason=form.text("reason"))


async def _close(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    await app.closing.close_account.for_user(actor, user_id, reason=form.text("reason"))


async def _name_account(app: Application, actor: Actor, user_id: UserId, form: Form) -> None:
    await app.users.set_payout_account.for_user(
        actor, user_id, account=form.text("account"), reason=form.text("reason")
    )


USER_ACTS: Mapping[str, UserAct] = {
    "roles": UserAct(_set_roles, is_repeatable=True),
    "suspension": UserAct(_suspend, is_repeatable=True),
    "reinstatement": UserAct(_reinstate, is_repeatable=True),
    "sessions-end": UserAct(_end_sessions, is_repeatable=True),
    "declines-forgiveness": UserAct(_forgive),
    "debt-write-off": UserAct(_write_off, is_final=True),
    "closing": UserAct(_close, is_final=True, is_repeatable=True),
    "payout-account": UserAct(_name_account, is_repeatable=True),
}
