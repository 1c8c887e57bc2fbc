"""Actions on alarms and the audit log."""

import argparse

from ....composition.application import Application
from ....ports.language.alarms import Alarm
from ....ports.language.audit import AuditEntry
from ....ports.language.ids import AlarmId
from ....ports.language.users import OPERATOR
from ..arguments import an_id
from .action import Action, argument, id_argument
from .listing import PAGING, listed, page_request
from .people import named_user

_OPERATOR = "operator"
"""The actor of actions by `solebook admin`, who is no user."""


async def list_alarms(app: Application, options: argparse.Namespace) -> str:
    """Return a page of alarms, newest first."""
    page = await app.operations.list_alarms(
        OPERATOR, page_request(options), open_only=not options.all
    )
    noun, action = ("alarm", ("alarms", "--all")) if options.all else ("open alarm", ("alarms",))
    return listed(page, _alarm, noun, action, options)


def _alarm(alarm: Alarm) -> str:
    about = f"  order {alarm.order_id}" if alarm.order_id else ""
    closed = f"  closed {alarm.closed_at:%Y-%m-%d %H:%M}" if alarm.closed_at else ""
    times = f"  {alarm.count} times" if alarm.count > 1 else ""
    notes = "  ".join(alarm.note.splitlines())
    when = f"{alarm.last_at:%Y-%m-%d %H:%M}"
    return f"{alarm.id}  {when}  {alarm.kind}{about}{times}{closed}  {notes}"


async def resolve_alarm(app: Application, options: argparse.Namespace) -> str:
    """Close an alarm."""
    alarm = await app.operations.resolve_alarm(
        OPERATOR, AlarmId(options.alarm), reason=options.reason
    )
    return f"the alarm {alarm.id} ({alarm.kind}) is closed"


async def read_audit_log(app: Application, options: argparse.Namespace) -> str:
    """Return a page of the audit log, newest first."""
    actor_id = None
    if options.actor == _OPERATOR:
        actor_id = OPERATOR.user_id
    elif options.actor is not None:
        actor_id = (await named_user(app, options.actor)).user.id
    page = await app.operations.read_audit_log(
        OPERATOR, page_request(options), actor_id=actor_id, target_id=options.target
    )
    chosen = [
        word
        for name in ("actor", "target")
        if (value := getattr(options, name)) is not None
        for word in (f"--{name}", str(value))
    ]
    return listed(page, _entry, "entry", ("audit", *chosen), options)


def _entry(entry: AuditEntry) -> str:
    act = entry.act
    who = f"the {_OPERATOR}" if act.actor_id == OPERATOR.user_id else str(act.actor_id)
    facts = ", ".join(f"{name}={_fact(value)}" for name, value in act.facts.items())
    about = f"  about {act.about}" if act.about else ""
    return (
        f"{entry.id}  {entry.at:%Y-%m-%d %H:%M:%S}  {act.action}  {act.target.kind} "
        f"{act.target.id or ''}  by {who}  {act.reason or '-'}  ({facts}){about}"
    )


def _fact(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


ACTIONS = (
    Action(
        name="alarms",
        help="list alarms",
        about="Lists the open alarms, newest first, a page at a time. The exchange raises an\n"
        "alarm if it finds an error or needs a decision.",
        example="solebook admin alarms",
        run=list_alarms,
        arguments=(
            argument("--all", action="store_true", help="include closed alarms"),
            *PAGING,
        ),
        needs_reason=False,
    ),
    Action(
        name="resolve-alarm",
        help="close an alarm",
        about="Closes an open alarm and keeps your reason. If it is raised again, a new alarm\n"
        "opens.",
        example="solebook admin resolve-alarm 01a2086f-5b8e-7a44-a1cd-6d2f0c9d1e55 "
        '--reason "the carrier found the parcel"\n'
        "the alarm 01a2086f-5b8e-7a44-a1cd-6d2f0c9d1e55 (delivery_overdue) is closed",
        run=resolve_alarm,
        arguments=(id_argument("alarm", "as `alarms` shows it"),),
    ),
    Action(
        name="audit",
        help="read the audit log",
        about="Lists what staff did and why, newest first, a page at a time. Entries are never\n"
        "changed or deleted.",
        example="solebook admin audit --target 01a2086e-f4d6-7dc0-90f0-3bbde6a9db1e --limit 1",
        run=read_audit_log,
        arguments=(
            argument(
                "--actor",
                metavar="USER",
                help="only actions of this user (email or id), or `operator` for this command",
            ),
            argument("--target", type=an_id, metavar="ID", help="only actions on this target"),
            *PAGING,
        ),
        needs_reason=False,
    ),
)
