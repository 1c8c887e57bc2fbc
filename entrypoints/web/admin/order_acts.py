"""What admins do with an order, by the last part of its path."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ....composition.application import Application
from ....ports.language.complaints import Bearer
from ....ports.language.errors import InvalidDecision, InvalidText
from ....ports.language.ids import OrderId
from ....ports.language.users import Actor, Role
from ..posted import Form

Do: TypeAlias = Callable[[Application, Actor, OrderId, Form], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class OrderAct:
    """An act, and whether it cannot be undone, so that it has to be confirmed."""

    do: Do
    is_final: bool = False


async def _cancel(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.orders.cancel_order(actor, order_id, reason=form.text("reason"))


async def _refund(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.orders.refund_order(
        actor, order_id, reason=form.text("reason"), borne_by=_bearer(form)
    )


async def _freeze(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.orders.freeze_payout(actor, order_id, reason=form.text("reason"))


async def _release(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.orders.release_payout(actor, order_id, reason=form.text("reason"))


async def _confirm(app: Application, actor: Actor, order_id: OrderId, _: Form) -> None:
    await app.orders.confirm_delivery(actor, order_id)


async def _note_receipt(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.orders.note_carrier_receipt(actor, order_id, reason=form.text("reason"))


async def _decide(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    sides = {"buyer": Role.BUYER, "seller": Role.SELLER}
    if (side := sides.get(form.text("in_favour_of"))) is None:
        raise InvalidDecision(problem="decide a complaint for the buyer or for the seller")
    await app.orders.decide_complaint(
        actor,
        order_id,
        in_favour_of=side,
        reason=form.text("reason"),
        borne_by=_bearer(form) if form.text("borne_by") else None,
        waive_return=bool(form.text("waive_return")),
    )


async def _pay_again(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.payments.pay_out_again(actor, order_id, reason=form.text("reason"))


async def _bear(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.payments.bear_shortfall(
        actor, order_id, borne_by=_bearer(form), reason=form.text("reason")
    )


async def _refunded(app: Application, actor: Actor, order_id: OrderId, form: Form) -> None:
    await app.payments.refund_otherwise(actor, order_id, reason=form.text("reason"))


def _bearer(form: Form) -> Bearer:
    try:
        return Bearer(form.text("borne_by"))
    except ValueError as error:
        raise InvalidText(field="borne_by", problem="must say who bears it") from error


ORDER_ACTS: Mapping[str, OrderAct] = {
    "cancellation": OrderAct(_cancel, is_final=True),
    "refund": OrderAct(_refund, is_final=True),
    "payout-freeze": OrderAct(_freeze),
    "payout-release": OrderAct(_release),
    "delivery": OrderAct(_confirm, is_final=True),
    "carrier-receipt": OrderAct(_note_receipt, is_final=True),
    "complaint-decision": OrderAct(_decide, is_final=True),
    "payout": OrderAct(_pay_again),
    "shortfall": OrderAct(_bear, is_final=True),
    "refunded-otherwise": OrderAct(_refunded, is_final=True),
}
