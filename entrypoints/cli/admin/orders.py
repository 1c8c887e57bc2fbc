"""Actions on an order, its money, or a user's debt."""

import argparse
from collections.abc import Awaitable, Callable

from ....composition.application import Application
from ....ports.language.complaints import Bearer
from ....ports.language.errors import BeyondDebt
from ....ports.language.ids import OrderId
from ....ports.language.orders import Order, Shipment
from ....ports.language.users import OPERATOR, Role
from ..arguments import an_amount
from .action import Action, Run, argument, id_argument
from .people import USER, named_user

_ORDER = id_argument("order", "the id of an order")
_BEARERS = [bearer.value for bearer in Bearer]
_EXAMPLE_ID = "01a2086f-4c22-7d19-b9b5-1a2b3c4d5e6f"


def _on_order(
    do: Callable[[Application, OrderId, argparse.Namespace], Awaitable[Order]],
    describe: Callable[[Order, argparse.Namespace], str],
) -> Run:
    """Return the `run` of an action on the order given in the options."""

    async def run(app: Application, options: argparse.Namespace) -> str:
        return describe(await do(app, OrderId(options.order), options), options)

    return run


async def refund_order(app: Application, options: argparse.Namespace) -> str:
    """Refund a buyer, and tell the amount."""
    order = await app.orders.refund_order(
        OPERATOR,
        OrderId(options.order),
        reason=options.reason,
        borne_by=Bearer(options.borne_by),
    )
    refund = app.rules.money.plain(order.refund_amount)
    return f"order {order.id} is refunded: {refund}, borne by the {options.borne_by}"


async def find_order(app: Application, options: argparse.Namespace) -> str:
    """Return the details of an order and its money, one per line."""
    plain = app.rules.money.plain
    found = await app.operations.find_order(OPERATOR, OrderId(options.order))
    order, payment, payout = found.order, found.payment, found.payout
    complaint = order.complaint
    shown = {
        "id": order.id,
        "status": order.status,
        "pair": f"{order.book.product_id}  size {order.book.size}  {order.book.condition}",
        "price": plain(order.price),
        "buyer": order.buyer_id,
        "seller": order.seller_id,
        "matched": f"{order.matched_at:%Y-%m-%d %H:%M} UTC",
        "payment": f"{order.payment_status}, {plain(order.buyer_total)}",
        "payout": f"{order.payout_status}, {plain(order.payout_amount)}, {_freezes(order)}",
        "refund": f"borne by the {order.borne_by}" if order.borne_by else "none",
        "complaint": f"{complaint.kind}, {complaint.state}" if complaint else "none",
        "to us": _parcel(order.inbound),
        "from us": _parcel(order.outbound),
        "charge id": (payment and payment.charge_id) or "none",
        "refund id": (payment and payment.refund_id) or "none",
        "payout id": (payout and payout.payout_id) or "none",
    }
    return "\n".join(f"{name:<11}{value}" for name, value in shown.items())


def _parcel(shipment: Shipment | None) -> str:
    return f"{shipment.carrier} {shipment.tracking_number}" if shipment else "not sent"


async def pay_out_again(app: Application, options: argparse.Namespace) -> str:
    """Request a payout from the provider again."""
    await app.payments.pay_out_again(OPERATOR, OrderId(options.order), reason=options.reason)
    return f"the payout of order {options.order} is requested again"


async def write_off_debt(app: Application, options: argparse.Namespace) -> str:
    """Write off a user's debt at the expense of the exchange."""
    currency = app.rules.money
    amount = an_amount(options.amount, currency)
    record = await named_user(app, options.user)
    try:
        owed = await app.payments.write_off_debt(
            OPERATOR, record.user.id, amount=amount, reason=options.reason
        )
    except BeyondDebt as error:
        owes = f"{record.user.email} owes {currency.plain(error.owed)}"
        raise ValueError(f"{owes}; no more can be written off") from error
    return (
        f"{currency.plain(amount)} of the debt of {record.user.email} is written off; "
        f"they still owe {currency.plain(owed)}"
    )


ACTIONS = (
    Action(
        name="find-order",
        help="show an order and its money",
        about="Shows one order: its state, its parties, its money and its parcels, and the\n"
        "payment provider's ids of its charge, refund and payout.",
        example=f"solebook admin find-order {_EXAMPLE_ID}",
        run=find_order,
        arguments=(_ORDER,),
        needs_reason=False,
    ),
    Action(
        name="cancel-order",
        help="cancel an order that is not delivered",
        about="Cancels an order. The buyer gets a full refund, a pair in the warehouse goes back\n"
        "to the seller, and nobody owes a penalty. Both are told the reason.",
        example=f'solebook admin cancel-order {_EXAMPLE_ID} --reason "the pair is damaged"\n'
        f"order {_EXAMPLE_ID} is cancelled",
        told_to="both parties",
        run=_on_order(
            lambda app, order, o: app.orders.cancel_order(OPERATOR, order, reason=o.reason),
            lambda order, _: f"order {order.id} is {order.status}",
        ),
        arguments=(_ORDER,),
    ),
    Action(
        name="freeze-payout",
        help="freeze the payout of an order",
        about="Freezes the payout of an order until it is released. The seller is told, but not\n"
        "the reason. A payout that was requested from the provider already is not stopped.",
        example=f"solebook admin freeze-payout {_EXAMPLE_ID} "
        '--reason "the bank asks about the card"\n'
        f"the payout of order {_EXAMPLE_ID} is frozen: admin",
        run=_on_order(
            lambda app, order, o: app.orders.freeze_payout(OPERATOR, order, reason=o.reason),
            lambda order, _: f"the payout of order {order.id} is {_freezes(order)}",
        ),
        arguments=(_ORDER,),
    ),
    Action(
        name="release-payout",
        help="release a frozen payout",
        about="Lifts every freeze of an order's payout, except that of a complaint, which has to\n"
        "be decided. If no freeze is left and the hold is over, the seller is paid.",
        example=f"solebook admin release-payout {_EXAMPLE_ID} "
        '--reason "the bank has no more questions"\n'
        f"the payout of order {_EXAMPLE_ID} is not frozen",
        run=_on_order(
            lambda app, order, o: app.orders.release_payout(OPERATOR, order, reason=o.reason),
            lambda order, _: f"the payout of order {order.id} is {_freezes(order)}",
        ),
        arguments=(_ORDER,),
    ),
    Action(
        name="refund",
        help="refund a buyer, and decide who bears the refund",
        about="Refunds the buyer of a paid order. Before the delivery this ends the order. After\n"
        "it, the buyer is refunded whether or not the seller was paid. The bearer:\n"
        "  seller    gets nothing for the trade; an earlier payout becomes a debt\n"
        "  exchange  pays the refund, and the seller is paid as usual\n"
        "  buyer     gets the price back, but not the shipping\n"
        "Both parties are told the reason.",
        example=f"solebook admin refund {_EXAMPLE_ID} --borne-by exchange "
        '--reason "the carrier lost the parcel"\n'
        f"order {_EXAMPLE_ID} is refunded: 214.00, borne by the exchange",
        told_to="both parties",
        run=refund_order,
        arguments=(
            _ORDER,
            argument("--borne-by", required=True, choices=_BEARERS, help="who bears it"),
        ),
    ),
    Action(
        name="pay-out",
        help="retry a payout",
        about="Requests a payout again that the provider refused or did not answer. This is safe:\n"
        "the provider pays only once.",
        example=f'solebook admin pay-out {_EXAMPLE_ID} --reason "the bank lifted its block"\n'
        f"the payout of order {_EXAMPLE_ID} is requested again",
        run=pay_out_again,
        arguments=(_ORDER,),
    ),
    Action(
        name="write-off",
        help="write off a user's debt",
        about="Writes off a user's debt, or a part of it, at the expense of the exchange. The\n"
        "amount cannot exceed the debt.",
        example="solebook admin write-off seller@example.com 30.00 "
        '--reason "the carrier lost the pair"\n'
        "30.00 of the debt of seller@example.com is written off; they still owe 0.00",
        run=write_off_debt,
        arguments=(
            USER,
            argument("amount", metavar="AMOUNT", help="in the currency, such as 30.00"),
        ),
    ),
    Action(
        name="carrier-receipt",
        help="note that the carrier had the seller's pair",
        about="Notes that the carrier received the seller's pair, so that the seller owes no\n"
        "penalty if the order is cancelled because the pair never arrived. If it was\n"
        "cancelled already, the penalty is reversed.",
        example=f"solebook admin carrier-receipt {_EXAMPLE_ID} "
        '--reason "the carrier confirms the pick-up"\n'
        f"it is noted for order {_EXAMPLE_ID} that the carrier had the pair",
        run=_on_order(
            lambda app, order, o: app.orders.note_carrier_receipt(OPERATOR, order, reason=o.reason),
            lambda order, _: f"it is noted for order {order.id} that the carrier had the pair",
        ),
        arguments=(_ORDER,),
    ),
    Action(
        name="decide-complaint",
        help="decide a buyer's complaint",
        about="Decides for the seller, and the sale stands, or for the buyer, who is refunded.\n"
        "A refund needs a bearer. If the pair is not as described, it is refunded when it is\n"
        "back at the warehouse, or at once with --waive-return. Both are told the reason.",
        example=f"solebook admin decide-complaint {_EXAMPLE_ID} --in-favour-of buyer "
        '--borne-by exchange --reason "the parcel is lost"\n'
        f"the complaint about order {_EXAMPLE_ID} is decided",
        told_to="both parties",
        run=_on_order(
            lambda app, order, o: app.orders.decide_complaint(
                OPERATOR,
                order,
                in_favour_of=Role(o.in_favour_of),
                reason=o.reason,
                borne_by=None if o.borne_by is None else Bearer(o.borne_by),
                waive_return=o.waive_return,
            ),
            lambda order, _: f"the complaint about order {order.id} is decided",
        ),
        arguments=(
            _ORDER,
            argument(
                "--in-favour-of",
                required=True,
                choices=[Role.BUYER.value, Role.SELLER.value],
                help="the party who wins",
            ),
            argument("--borne-by", choices=_BEARERS, help="who bears a refund"),
            argument(
                "--waive-return", action="store_true", help="the buyer need not return the pair"
            ),
        ),
    ),
)


def _freezes(order: Order) -> str:
    reasons = ", ".join(sorted(order.freezes))
    return f"frozen: {reasons}" if reasons else "not frozen"
