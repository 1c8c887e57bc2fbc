"""Movements of money from Stripe's balance transactions. Their places are the transactions' ids."""

from datetime import UTC, datetime

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.movements import SIGNED, Movement, MovementKind, gross_of
from .labels import id_of

KINDS = {
    "charge": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_FAILURE,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE_REVERSAL,
    "transfer": MovementKind.PAYOUT,
    "transfer_reversal": MovementKind.PAYOUT_RETURN,
    "payout": MovementKind.WITHDRAWAL,
    "payout_reversal": MovementKind.WITHDRAWAL_FAILURE,
    "topup": MovementKind.TOP_UP,
    "topup_reversal": MovementKind.TOP_UP_REVERSAL,
    "fee": MovementKind.FEE,
    "network_cost": MovementKind.FEE,
    "tax": MovementKind.FEE,
}
"""Stripe's reporting categories. Every other one is `OTHER`."""


def movement(
    row: stripe.BalanceTransaction, source: stripe.StripeObject | None, order_id: OrderId | None
) -> Movement:
    """Return the movement of a balance transaction with its source, which may be of an order."""
    kind, amount = kind_and_amount(row.reporting_category, row.amount, row.fee)
    return Movement(
        place=row.id,
        kind=kind,
        name=_name_of(source) or id_of(row.source) or row.id,
        amount=amount,
        order_id=order_id,
        charge_id=_charge_of(source),
        fee=row.fee if row.amount else 0,
        at=datetime.fromtimestamp(row.created, UTC),
        type=row.type,
    )


def kind_and_amount(category: str, amount: int, fee: int) -> tuple[MovementKind, int]:
    """Return the kind of a balance transaction and its amount in a movement.

    A transaction without an amount is its fee. What moves in a direction that its category does not
    have is `OTHER`, so that no amount has a wrong sign.
    """
    kind = KINDS.get(category, MovementKind.OTHER)
    if amount == 0:
        return MovementKind.FEE, fee
    if kind is MovementKind.OTHER:
        return kind, amount
    gone_or_come = gross_of(kind, amount)
    if kind in SIGNED or gone_or_come > 0:
        return kind, gone_or_come
    return MovementKind.OTHER, amount


def _name_of(source: stripe.StripeObject | None) -> str | None:
    match source:
        case stripe.Charge():
            return id_of(source.payment_intent) or source.id
        case stripe.TransferReversal():
            return id_of(source.transfer)
        case None:
            return None
        case _:
            return id_of(source)


def _charge_of(source: stripe.StripeObject | None) -> str | None:
    """Return the charge of a refund or a dispute, by the name that charges have."""
    if isinstance(source, stripe.Refund | stripe.Dispute):
        return id_of(source.payment_intent) or id_of(source.charge)
    return None
