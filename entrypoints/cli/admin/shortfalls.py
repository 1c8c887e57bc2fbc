"""Actions on what the payment provider did unasked: shortfalls, suspense and frozen payouts."""

import argparse

from ....composition.application import Application
from ....ports.language.complaints import Bearer
from ....ports.language.ids import OrderId
from ....ports.language.orders import FreezeReason
from ....ports.language.users import OPERATOR
from .action import Action, argument, id_argument
from .listing import PAGING, listed, page_request, there_are_more

_TO_RELEASE = "the payout stays frozen and its alarm open until `release-payout`"
_TO_RESOLVE = "the alarm that names it stays open until `resolve-alarm`"


async def bear_shortfall(app: Application, options: argparse.Namespace) -> str:
    """Decide who bears the shortfall of an order's escrow."""
    amount = await app.payments.bear_shortfall(
        OPERATOR,
        OrderId(options.order),
        borne_by=Bearer(options.bearer),
        reason=options.reason,
    )
    order = (await app.operations.find_order(OPERATOR, OrderId(options.order))).order
    still = f"; {_TO_RELEASE}" if FreezeReason.PROVIDER in order.freezes else ""
    return f"the {options.bearer} bears {app.rules.money.plain(amount)}{still}"


async def write_off_suspense(app: Application, options: argparse.Namespace) -> str:
    """Write off money in suspense whose owner cannot be found."""
    amount = await app.payments.write_off_suspense(OPERATOR, options.name, reason=options.reason)
    if amount < 0:
        return f"the exchange bears {app.rules.money.plain(-amount)}; {_TO_RESOLVE}"
    return f"the exchange keeps {app.rules.money.plain(amount)}; {_TO_RESOLVE}"


async def list_suspense(app: Application, options: argparse.Namespace) -> str:
    """Return a page of the money in suspense, sorted by the provider's ids."""
    limit = page_request(options).limit
    page = await app.payments.list_suspense(OPERATOR, limit, options.after)
    lines = [f"{item.name}  {app.rules.money.plain(item.amount)}" for item in page.items]
    lines.append(f"{len(lines) or 'nothing'} in suspense")
    if page.next_cursor is not None:
        lines.append(there_are_more(("suspense",), page.next_cursor, options))
    return "\n".join(lines)


async def list_frozen_orders(app: Application, options: argparse.Namespace) -> str:
    """Return a page of the orders whose payouts are frozen, newest first."""
    page = await app.orders.list_frozen_orders(OPERATOR, page_request(options))
    return listed(
        page,
        lambda order: (
            f"{order.id}  {order.status}  {app.rules.money.plain(order.payout_amount or 0)}"
            f"  frozen: {', '.join(order.payout_freezes or ())}"
        ),
        "frozen order",
        ("frozen-orders",),
        options,
    )


ACTIONS = (
    Action(
        name="frozen-orders",
        help="list orders whose payouts are frozen",
        about="Lists the orders whose payouts are frozen, newest first, a page at a time, with\n"
        "the cause: an admin, a complaint, or a report of the payment provider.",
        example="solebook admin frozen-orders",
        run=list_frozen_orders,
        arguments=PAGING,
        needs_reason=False,
    ),
    Action(
        name="suspense",
        help="list money that the provider moved for no known order",
        about="Lists amounts that the payment provider charged for no known order, or paid out if\n"
        "negative, by the provider's ids. `write-off-suspense` takes such an id as NAME.",
        example="solebook admin suspense",
        run=list_suspense,
        arguments=(
            PAGING[0],
            argument("--after", default="", metavar="NAME", help="start after this one"),
        ),
        needs_reason=False,
    ),
    Action(
        name="bear-shortfall",
        help="decide who bears a refund that the provider made unasked",
        about="Refills the escrow of an order at the expense of the exchange, the seller or the\n"
        "buyer. The payout stays frozen, and its alarm open, until it is released.",
        example="solebook admin bear-shortfall 01a2086f-4c22-7d19-b9b5-1a2b3c4d5e6f exchange "
        '--reason "a refund by mistake"\n'
        f"the exchange bears 1.00; {_TO_RELEASE}",
        run=bear_shortfall,
        arguments=(
            id_argument("order", "the id of an order"),
            argument("bearer", choices=[str(bearer) for bearer in Bearer], help="who bears it"),
        ),
    ),
    Action(
        name="write-off-suspense",
        help="write off money in suspense",
        about="Lets the exchange bear money that left for no known order, or keep money that\n"
        "came. To give a charge back instead, refund it at the provider. The alarm about\n"
        "the money stays open, because it may be about other money too.",
        example='solebook admin write-off-suspense ch_3a4f --reason "nobody asked for it back"\n'
        f"the exchange keeps 50.00; {_TO_RESOLVE}",
        run=write_off_suspense,
        arguments=(
            argument("name", metavar="NAME", help="the provider's id, as shown by `suspense`"),
        ),
    ),
)
