"""`solebook admin grant`: give a user a role, such as the first admin."""

import argparse
import getpass
import os
from collections.abc import Coroutine
from typing import Any

from ....ports.language.emails import email_spelling
from ....ports.language.users import OPERATOR, Role
from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Adds a role to a user and ends their sessions, so that they sign in again with the role. --register
creates the user first and asks for a password, or takes it from SOLEBOOK_PASSWORD.
"""
_EPILOG = """\
examples:
  solebook admin grant admin@example.com --register
  admin@example.com is admin, buyer

  solebook admin grant expert@example.com authenticator --reason "joined the warehouse team"
  expert@example.com is authenticator, buyer
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    grant = actions.add_parser(
        "grant",
        parents=[common],
        help="give a user a role, such as admin",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grant.add_argument("email")
    roles = [role.value for role in Role]
    grant.add_argument("role", nargs="?", default=Role.ADMIN.value, choices=roles)
    grant.add_argument("--register", action="store_true", help="create the user first")
    grant.add_argument("--reason", metavar="TEXT", help="the reason, for the audit log")
    grant.set_defaults(run=grant_role)


def grant_role(options: argparse.Namespace) -> Coroutine[Any, Any, int]:
    """Give a user a role."""
    # Ask before the event loop starts, because it would block Ctrl-C at the prompt.
    return _grant(options, _password() if options.register else None)


async def _grant(options: argparse.Namespace, password: str | None) -> int:
    async with opened_application(options, may_be_new=options.register) as app:
        email = email_spelling(options.email)
        if password is not None:
            await app.users.register_user(
                email=email, password=password, first_name="Exchange", last_name="Operator"
            )
        found = await app.operations.find_user.by_email(OPERATOR, email)
        if found is None:
            raise ValueError(f"there is no user {email}; add --register to create it")
        roles = found.user.roles | {Role(options.role)}
        await app.users.set_roles(OPERATOR, found.user.id, roles=roles, reason=options.reason)
        print(f"{email} is {', '.join(sorted(roles))}")
    return 0


def _password() -> str:
    try:
        return os.environ.get("SOLEBOOK_PASSWORD") or getpass.getpass("Password: ")
    except EOFError:
        raise ValueError("no password was given") from None
