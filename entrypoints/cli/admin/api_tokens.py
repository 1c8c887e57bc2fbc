"""Actions on tokens of services and API keys of users: issue, list, revoke."""

import argparse

from ....composition.application import Application
from ....ports.language.api_tokens import ApiToken
from ....ports.language.ids import ApiTokenId
from ....ports.language.users import OPERATOR
from .action import Action, argument, id_argument
from .listing import PAGING, listed, page_request


async def issue_token(app: Application, options: argparse.Namespace) -> str:
    """Issue a token, and return it. It is never shown again."""
    # Imported here, so that `solebook --help` is fast.
    from ...services.table import SCOPES

    if unknown := set(options.scopes) - SCOPES:
        raise ValueError(f"there is no service or call {min(unknown)}")
    issued = await app.users.issue_api_token(
        OPERATOR,
        name=options.name,
        scopes=options.scopes,
        reason=options.reason,
        days=options.days,
    )
    return f"{_token(issued.record)}\n{issued.token}"


async def list_tokens(app: Application, options: argparse.Namespace) -> str:
    """Return a page of tokens, newest first."""
    page = await app.users.list_api_tokens(OPERATOR, page_request(options))
    return listed(page, _token, "token", ("tokens",), options)


async def revoke_token(app: Application, options: argparse.Namespace) -> str:
    """Revoke a token."""
    token = await app.users.revoke_api_token(
        OPERATOR, ApiTokenId(options.token), reason=options.reason
    )
    return f"the token {token.id} of {token.name} is revoked"


def _token(token: ApiToken) -> str:
    ends = ""
    if token.revoked_at is not None:
        ends = f"  revoked {token.revoked_at:%Y-%m-%d %H:%M}"
    elif token.expires_at is not None:
        ends = f"  until {token.expires_at:%Y-%m-%d}"
    owner = "" if token.owner_id is None else f"  key of {token.owner_id}"
    used = "" if token.last_used_at is None else f"  used {token.last_used_at:%Y-%m-%d %H:%M}"
    return f"{token.id}  {token.name}  {' '.join(sorted(token.scopes))}{owner}{ends}{used}"


ACTIONS = (
    Action(
        name="issue-token",
        help="give a service a token for its calls",
        about="Issues a token with which another program calls the services of the exchange. It\n"
        "is printed on the second line, this once: only its hash is stored. A scope is a\n"
        "service (OrderService) or one of its calls (PaymentService.ProcessPayment).",
        example="solebook admin issue-token warehouse AuthenticationService --days 365 "
        '--reason "its own program"\n'
        "019c1e39-5600-7ffd-a058-1cd2c1df3dd6  warehouse  AuthenticationService  "
        "until 2027-03-01\n"
        "sole_02tcRJ...",
        run=issue_token,
        arguments=(
            argument("name", metavar="NAME", help="the program that will have it"),
            argument("scopes", metavar="SCOPE", nargs="+", help="what it may call"),
            argument("--days", type=int, help="how long it is valid (for ever)"),
        ),
    ),
    Action(
        name="tokens",
        help="list the tokens of services and the API keys of users",
        about="Lists the tokens of services and the API keys of users, newest first, also those\n"
        "that are over, and says when each was last used.",
        example="solebook admin tokens\n"
        "019c1e39-5600-7ffd-a058-1cd2c1df3dd6  warehouse  AuthenticationService  "
        "until 2027-03-01  used 2026-03-02 09:30\n"
        "1 token",
        run=list_tokens,
        arguments=PAGING,
        needs_reason=False,
    ),
    Action(
        name="revoke-token",
        help="end a token of a service, or an API key of a user",
        about="Revokes a token. The next call with it is refused, in every process.",
        example="solebook admin revoke-token 019c1e39-5600-7ffd-a058-1cd2c1df3dd6 "
        '--reason "it was in a log"\n'
        "the token 019c1e39-5600-7ffd-a058-1cd2c1df3dd6 of warehouse is revoked",
        run=revoke_token,
        arguments=(id_argument("token", "the id of a token"),),
    ),
)
