"""Actions on dead letters: list and retry them."""

import argparse
from collections.abc import AsyncIterator

from ....composition.application import Application
from ....ports.language.ids import MessageId
from ....ports.language.messages import Delivery
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.text import counted
from ....ports.language.users import OPERATOR
from ..arguments import an_id
from .action import Action, argument
from .listing import PAGING, listed, page_request


async def list_dead_letters(app: Application, options: argparse.Namespace) -> str:
    """Return a page of dead letters, newest first."""
    page = await app.operations.list_dead_letters(OPERATOR, page_request(options))
    return listed(
        page,
        lambda d: f"{d.id}  {d.message.subject}  {d.consumer}  {d.error}",
        "dead letter",
        ("dead-letters",),
        options,
    )


async def replay(app: Application, options: argparse.Namespace) -> str:
    """Retry one dead letter, or all of them."""
    if bool(options.id) == options.all:
        raise ValueError("give the id of one dead letter, or --all")
    if options.id:
        ids = [MessageId(options.id)]
    else:
        ids = [letter.id async for letter in _every_dead_letter(app)]
    for letter_id in ids:
        await app.operations.replay_dead_letter(OPERATOR, letter_id, reason=options.reason)
    return counted(len(ids), "dead letter") + (" will be retried" if ids else "")


async def _every_dead_letter(app: Application) -> AsyncIterator[Delivery]:
    request: PageRequest | None = PageRequest(limit=MAX_PAGE)
    while request is not None:
        page = await app.operations.list_dead_letters(OPERATOR, request)
        for letter in page.items:
            yield letter
        request = PageRequest(MAX_PAGE, page.next_cursor) if page.next_cursor else None


ACTIONS = (
    Action(
        name="dead-letters",
        help="list dead letters",
        about="Lists the messages that a consumer could not handle in spite of all retries,\n"
        "newest first, a page at a time.",
        example="solebook admin dead-letters --limit 20",
        run=list_dead_letters,
        arguments=PAGING,
        needs_reason=False,
    ),
    Action(
        name="replay",
        help="retry dead letters",
        about="Lets the running exchange retry one dead letter, or all of them. A retry is always\n"
        "safe, because every effect happens only once.",
        example="solebook admin replay 01a20865-5255-76b6-b569-2780c4781b78\n"
        "1 dead letter will be retried",
        run=replay,
        arguments=(
            argument("id", nargs="?", type=an_id, metavar="ID", help="as dead-letters shows it"),
            argument("--all", action="store_true", help="every dead letter"),
            argument("--reason", metavar="TEXT", help="the reason, for the audit log"),
        ),
        needs_reason=False,
    ),
)
