"""`solebook admin`: what the people who run an exchange do."""

import argparse
import getpass
import os
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from uuid import UUID

from ...composition.application import Application
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.users import OPERATOR, Role
from . import reindex
from .opened import opened_application

_ABOUT = """\
Looks after an exchange, whether it is running or not: it works on the same database.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("admin", help="look after an exchange", description=_ABOUT)
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    grant = actions.add_parser(
        "grant",
        parents=[common],
        help="give a user a role, such as admin",
        description="Gives a user a role beside those they have, and signs them out everywhere, so "
        "that they sign in with it. --register makes the user first and asks for a password (or "
        "takes it from SOLEBOOK_PASSWORD).",
    )
    grant.add_argument("email")
    roles = [role.value for role in Role]
    grant.add_argument("role", nargs="?", default=Role.ADMIN.value, choices=roles)
    grant.add_argument("--register", action="store_true", help="make the user first")
    grant.add_argument(
        "--reason",
        help="why, for the audit log",
    )
    grant.set_defaults(run=grant_role)

    letters = actions.add_parser(
        "dead-letters",
        parents=[common],
        help="list messages that were given up",
        description="Lists the messages that a consumer could not handle after every retry.",
    )
    letters.set_defaults(run=list_dead_letters)

    again = actions.add_parser(
        "replay",
        parents=[common],
        help="have dead letters tried again",
        description="Has one dead letter, or all, tried again by the running exchange.",
    )
    again.add_argument("id", nargs="?", type=UUID, help="as dead-letters shows it")
    again.add_argument("--all", action="store_true", help="every dead letter there is")
    again.set_defaults(run=replay)

    solvency = actions.add_parser(
        "solvency",
        parents=[common],
        help="compare the ledger with the payment provider",
        description="Adds up the ledger and compares it with what the payment provider holds. The "
        "exit code is 1 if a cent is missing or too many.",
    )
    solvency.set_defaults(run=check_solvency)

    reindex.add_to(actions, common)


def grant_role(options: argparse.Namespace) -> Coroutine[Any, Any, int]:
    """Give a user a role."""
    # Asked for before there is an event loop, which would keep Ctrl-C from the prompt.
    return _grant(options, _password() if options.register else None)


async def _grant(options: argparse.Namespace, password: str | None) -> int:
    async with opened_application(options, may_be_new=options.register) as app:
        email = options.email.strip().lower()
        if password is not None:
            await app.users.register_user(
                email=email, password=password, first_name="Exchange", last_name="Operator"
            )
        user = await app.adapters.store.users.find_by_email(email)
        if user is None:
            raise ValueError(f"there is no user {email}; add --register to make one")
        roles = user.roles | {Role(options.role)}
        await app.users.set_roles(OPERATOR, user.id, roles=roles, reason=options.reason)
        print(f"{email} is {', '.join(sorted(roles))}")
    return 0


def _password() -> str:
    try:
        return os.environ.get("SOLEBOOK_PASSWORD") or getpass.getpass("Password: ")
    except EOFError:
        raise ValueError("there is no password to take") from None


async def list_dead_letters(options: argparse.Namespace) -> int:
    """List the dead letters, newest first."""
    count = 0
    async with opened_application(options) as app:
        async for letter in _dead_letters(app):
            count += 1
            print(f"{letter.id}  {letter.message.subject}  {letter.consumer}  {letter.error}")
    print(_counted(count))
    return 0


async def replay(options: argparse.Namespace) -> int:
    """Have dead letters tried again."""
    if bool(options.id) == options.all:
        raise ValueError("name one dead letter, or say --all")
    async with opened_application(options) as app:
        if options.id:
            ids = [MessageId(options.id)]
        else:
            ids = [letter.id async for letter in _dead_letters(app)]
        for letter_id in ids:
            async with app.adapters.store.transaction():
                await app.adapters.store.dead_letters.replay(letter_id, app.adapters.clock.now())
    print(_counted(len(ids)) + (" will be tried again" if ids else ""))
    return 0


async def check_solvency(options: argparse.Namespace) -> int:
    """Compare the ledger with the payment provider."""
    async with opened_application(options) as app:
        solvency = await app.payments.check_solvency()
    for kind, total in sorted(solvency.by_kind.items()):
        print(f"{kind:<12}{total / 100:>16,.2f}")
    print(f"{'held':<12}{solvency.held / 100:>16,.2f}")
    print(f"{'provider':<12}{solvency.gateway_balance / 100:>16,.2f}")
    print("balanced to the cent" if solvency.balanced else "NOT BALANCED")
    return 0 if solvency.balanced else 1


async def _dead_letters(app: Application) -> AsyncIterator[Delivery]:
    request: PageRequest | None = PageRequest(limit=MAX_PAGE)
    while request is not None:
        page = await app.adapters.store.dead_letters.page(request)
        for letter in page.items:
            yield letter
        request = PageRequest(MAX_PAGE, page.next_cursor) if page.next_cursor else None


def _counted(letters: int) -> str:
    return f"{letters or 'no'} dead letter{'s' if letters != 1 else ''}"
