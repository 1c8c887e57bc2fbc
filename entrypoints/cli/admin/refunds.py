"""Actions on refunds that failed."""

import argparse

from ....composition.application import Application
from ....ports.language.ids import OrderId
from ....ports.language.users import OPERATOR
from .action import Action, id_argument


async def refunded_otherwise(app: Application, options: argparse.Namespace) -> str:
    """Note that a buyer got the money of a failed refund in another way."""
    amount = await app.payments.refund_otherwise(
        OPERATOR, OrderId(options.order), reason=options.reason
    )
    return f"{app.rules.money.plain(amount)} is noted as refunded"


ACTIONS = (
    Action(
        name="refunded-otherwise",
        help="note that a buyer got a failed refund in another way",
        about="Notes that the buyer of an order, whose refunds failed at the provider, got the\n"
        "money in another way, such as from your own bank account. The exchange keeps what was in\n"
        "escrow for it.",
        example="solebook admin refunded-otherwise 019caaf2-7c00-7000-8000-000000000001"
        ' --reason "paid by bank transfer"\n'
        "214.00 is noted as refunded",
        run=refunded_otherwise,
        arguments=(id_argument("order", "the order"),),
    ),
)
