"""What the payment provider did unasked: who bears it, and what nobody can tell apart."""

import argparse

from ....composition.application import Application
from ....ports.language.complaints import Bearer
from ....ports.language.ids import OrderId
from ....ports.language.users import OPERATOR
from .action import Action, argument, dollars, id_argument


async def bear_shortfall(app: Application, options: argparse.Namespace) -> str:
    """Have somebody bear what an order's escrow is short of."""
    amount = await app.payments.bear_shortfall(
        OPERATOR,
        OrderId(options.order),
        borne_by=Bearer(options.bearer),
        reason=options.reason,
    )
    return f"the {options.bearer} bears {dollars(amount)}"


async def write_off_suspense(app: Application, options: argparse.Namespace) -> str:
    """Give up looking for whose money it is."""
    amount = await app.payments.write_off_suspense(OPERATOR, options.name, reason=options.reason)
    if amount < 0:
        return f"the exchange bears {dollars(-amount)}"
    return f"the exchange keeps {dollars(amount)}"


ACTIONS = (
    Action(
        name="bear-shortfall",
        help="decide who bears what the provider gave back unasked",
        about="Fills the escrow of an order up again, at the cost of the exchange, the seller or\n"
        "the buyer. The payout stays frozen until it is released.",
        example="solebook admin bear-shortfall 01a2086f-4c22-7d19-b9b5-1a2b3c4d5e6f exchange "
        '--reason "a refund by mistake"\n'
        "the exchange bears 1.00",
        run=bear_shortfall,
        arguments=(
            id_argument("order", "the id of an order"),
            argument("bearer", choices=[str(bearer) for bearer in Bearer], help="who bears it"),
        ),
    ),
    Action(
        name="write-off-suspense",
        help="give up looking for whose money it is that the provider moved",
        about="Has the exchange bear what left for no known order, or keep what came. A charge\n"
        "that is to go back is refunded at the provider instead.",
        example='solebook admin write-off-suspense ch_3a4f --reason "nobody asked for it back"\n'
        "the exchange keeps 50.00",
        run=write_off_suspense,
        arguments=(
            argument("name", metavar="NAME", help="the provider's name of it, from the alarm"),
        ),
    ),
)
