"""Movements of money from Stripe's objects. Their places are ids of balance transactions."""

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.movements import Movement, MovementKind
from .labels import id_of, order_of


def charged(place: str, charge: stripe.Charge) -> Movement:
    """Return the movement of a captured charge."""
    name = id_of(charge.payment_intent) or charge.id
    return Movement(place, MovementKind.CHARGE, name, charge.amount_captured, order_of(charge))


def refunded(place: str, refund: stripe.Refund, order_id: OrderId | None) -> Movement:
    """Return the movement of a refund."""
    charge_id = id_of(refund.payment_intent) or id_of(refund.charge)
    return Movement(
        place, MovementKind.REFUND, refund.id, refund.amount, order_id, charge_id=charge_id
    )


def transferred(place: str, transfer: stripe.Transfer) -> Movement:
    """Return the movement of a transfer to a connected account."""
    return Movement(place, MovementKind.PAYOUT, transfer.id, transfer.amount, order_of(transfer))


def came_back(place: str, reversal: stripe.TransferReversal, order_id: OrderId | None) -> Movement:
    """Return the movement of a transfer, or a part of it, that was reversed."""
    transfer = id_of(reversal.transfer)
    assert transfer is not None, reversal
    return Movement(place, MovementKind.PAYOUT_RETURN, transfer, reversal.amount, order_id)
