"""The market: quotes leave their books."""

import argparse

from ....composition.application import Application
from ....ports.language.audit import AuditEntry
from ....ports.language.ids import QuoteId
from ....ports.language.users import OPERATOR
from .action import Action, Told, argument, id_argument
from .waiting import WAIT, told_when_done


async def withdraw_quote(app: Application, options: argparse.Namespace) -> Told:
    """Have a quote taken out of its book."""
    entry = await app.bidding.request_withdrawal(
        OPERATOR, QuoteId(options.quote), reason=options.reason, note=options.note
    )

    def said(outcome: AuditEntry) -> str:
        return f"the {entry.act.facts['side']} {options.quote} is {outcome.act.facts['status']}"

    return await told_when_done(app, options, entry, said)


ACTIONS = (
    Action(
        name="withdraw-quote",
        help="take a bid or an ask out of its book",
        about="Has the running exchange take one quote out of its book, whoever's it is, and its\n"
        "owner told. `quotes` lists the ids. What matched by then stays matched.",
        example="solebook admin withdraw-quote 01a2086f-3d0d-7c3b-a5fc-5ac6f5d3a8a5 "
        '--reason "the amount is a typing error"\n'
        "the ask 01a2086f-3d0d-7c3b-a5fc-5ac6f5d3a8a5 is cancelled",
        run=withdraw_quote,
        arguments=(
            id_argument("quote", "the id of a bid or an ask"),
            argument("--note", metavar="TEXT", help="what its owner is told besides"),
            WAIT,
        ),
    ),
)
