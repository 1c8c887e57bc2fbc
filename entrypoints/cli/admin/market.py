"""Actions on the market: withdraw quotes, halt books and end halts."""

import argparse

from ....composition.application import Application
from ....ports.language.audit import AuditEntry
from ....ports.language.halts import Halt
from ....ports.language.ids import HaltId, ProductId, QuoteId
from ....ports.language.market import Condition
from ....ports.language.users import OPERATOR
from .action import Action, Output, argument, id_argument
from .listing import PAGING, listed, page_request
from .waiting import WAIT, wait_for_outcome


async def withdraw_quote(app: Application, options: argparse.Namespace) -> Output:
    """Ask the exchange to withdraw a quote."""
    entry = await app.bidding.request_withdrawal(
        OPERATOR, QuoteId(options.quote), reason=options.reason, note=options.note
    )

    def describe(outcome: AuditEntry) -> str:
        return f"the {entry.act.facts['side']} {options.quote} is {outcome.act.facts['status']}"

    return await wait_for_outcome(app, options, entry, describe)


async def halt(app: Application, options: argparse.Namespace) -> Output:
    """Ask the exchange to halt books of a product."""
    condition = None if options.condition is None else Condition(options.condition)
    entry = await app.bidding.request_halt(
        OPERATOR,
        ProductId(options.product),
        size=options.size,
        condition=condition,
        reason=options.reason,
    )

    def describe(outcome: AuditEntry) -> str:
        already = " already" if outcome.act.facts["stood_before"] else ""
        return f"halted{already}: {outcome.act.facts['halt_id']}"

    return await wait_for_outcome(app, options, entry, describe)


async def end_halt(app: Application, options: argparse.Namespace) -> Output:
    """Ask the exchange to end a halt."""
    entry = await app.bidding.request_halt_end(
        OPERATOR, HaltId(options.halt), reason=options.reason
    )
    return await wait_for_outcome(
        app, options, entry, lambda _: f"the halt {options.halt} has ended"
    )


async def list_halts(app: Application, options: argparse.Namespace) -> str:
    """Return a page of halts, newest first."""
    page = await app.bidding.list_halts(
        OPERATOR, page_request(options), standing=None if options.all else True
    )
    noun, action = ("halt", ("halts", "--all")) if options.all else ("standing halt", ("halts",))
    return listed(page, _halt, noun, action, options)


def _halt(halt: Halt) -> str:
    which = f"size {halt.size or 'any'}  {halt.condition or 'any condition'}"
    until = f" until {halt.ended_at:%Y-%m-%d %H:%M}" if halt.ended_at else ""
    return f"{halt.id}  {halt.product_id}  {which}  since {halt.halted_at:%Y-%m-%d %H:%M}{until}"


ACTIONS = (
    Action(
        name="withdraw-quote",
        help="withdraw a bid or an ask",
        about="Asks the running exchange to withdraw a user's quote and to notify its owner.\n"
        "`quotes` lists the ids. A match that was made before stays.",
        example="solebook admin withdraw-quote 01a2086f-3d0d-7c3b-a5fc-5ac6f5d3a8a5 "
        '--reason "the amount is a typing error"\n'
        "the ask 01a2086f-3d0d-7c3b-a5fc-5ac6f5d3a8a5 is cancelled",
        run=withdraw_quote,
        arguments=(
            id_argument("quote", "the id of a bid or an ask"),
            argument("--note", metavar="TEXT", help="a note for its owner"),
            WAIT,
        ),
    ),
    Action(
        name="halt",
        help="halt a book or all books of a product",
        about="Asks the running exchange to halt the books of a product: all of them, or those in\n"
        "one size, one condition, or both. In a halted book quotes can be cancelled, but nothing\n"
        "trades, and returning asks wait outside. A halt lasts until `end-halt`, even across\n"
        "restarts.",
        example="solebook admin halt 01a2086f-1238-733a-985c-0a4167988215 --size 10.5 "
        '--reason "the price is a rumour"\n'
        "halted: 01a2086f-6c30-7b5e-b7a3-52f6d3a3e0c1",
        run=halt,
        arguments=(
            id_argument("product", "the id of a product"),
            argument("--size", help="only this size, such as 10.5"),
            argument(
                "--condition",
                choices=[condition.value for condition in Condition],
                help="only this condition",
            ),
            WAIT,
        ),
    ),
    Action(
        name="end-halt",
        help="end a halt",
        about="Asks the running exchange to end a halt. Books that no other halt covers open.\n"
        "Asks that waited outside enter in order of arrival, and may trade at once.",
        example="solebook admin end-halt 01a2086f-6c30-7b5e-b7a3-52f6d3a3e0c1 "
        '--reason "the manufacturer confirmed the price"\n'
        "the halt 01a2086f-6c30-7b5e-b7a3-52f6d3a3e0c1 has ended",
        run=end_halt,
        arguments=(id_argument("halt", "as `halts` shows it"), WAIT),
    ),
    Action(
        name="halts",
        help="list halts",
        about="Lists the standing halts, newest first, a page at a time.",
        example="solebook admin halts",
        run=list_halts,
        arguments=(
            argument("--all", action="store_true", help="include halts that have ended"),
            *PAGING,
        ),
        needs_reason=False,
    ),
)
