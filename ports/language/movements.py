"""Movements of money in the payment provider's own records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import OrderId
from .money import Cents


class MovementKind(StrEnum):
    """What the provider did. A new kind needs no migration."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    """A refund did not reach its buyer: the money is back."""
    DISPUTE = "dispute"
    """The buyer's bank took the money of a charge back."""
    DISPUTE_REVERSAL = "dispute_reversal"
    """The money of a dispute came back."""
    PAYOUT = "payout"
    """To a seller."""
    PAYOUT_RETURN = "payout_return"
    """A payout came back, as a whole or in part."""
    WITHDRAWAL = "withdrawal"
    """To the exchange's own bank account."""
    WITHDRAWAL_FAILURE = "withdrawal_failure"
    """A withdrawal came back."""
    TOP_UP = "top_up"
    """From the exchange's own bank account."""
    TOP_UP_REVERSAL = "top_up_reversal"
    """A top-up went back."""
    FEE = "fee"
    """A fee that is not part of another movement. Its amount is below zero if it was given back."""
    OTHER = "other"
    """Anything else, which `type` names. Its amount is below zero if it left the balance."""


LEAVING = frozenset(
    {
        MovementKind.REFUND,
        MovementKind.DISPUTE,
        MovementKind.PAYOUT,
        MovementKind.WITHDRAWAL,
        MovementKind.TOP_UP_REVERSAL,
        MovementKind.FEE,
    }
)
"""The kinds that take money from the balance."""
SIGNED = frozenset({MovementKind.FEE, MovementKind.OTHER})
"""The kinds whose amounts may be below zero."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that the provider moved, requested or not: each one of its balance transactions.

    Amounts are in minor units. `amount` is above zero, except of a fee and of another movement.
    """

    place: str
    """Where it is in the provider's records: the id of the balance transaction."""
    kind: MovementKind
    name: str
    """The provider's id of what was moved: of the charge, the refund (made or failed), the dispute,
    the payout or withdrawal (made or returned), or the top-up. A fee or another movement without
    one has its place.
    """
    amount: Cents
    order_id: OrderId | None = None
    charge_id: str | None = None
    """The charge that a refund or a dispute is of."""
    fee: Cents = 0
    """What the provider took for itself in the same step. Below zero if it gave a fee back."""
    at: datetime | None = None
    """When it was moved (UTC), if the provider says so."""
    type: str = ""
    """The provider's own word for its kind."""

    @property
    def account(self) -> str:
        """The name under which it is in suspense, if it belongs to no known payment or payout."""
        return self.charge_id or self.name

    @property
    def essence(self) -> tuple[MovementKind, str, Cents, Cents]:
        """What never changes at the provider. The rest is how an adapter reads it."""
        return self.kind, self.name, self.amount, self.fee

    @property
    def gross(self) -> Cents:
        """What it adds to the balance at the provider, without the fee."""
        return gross_of(self.kind, self.amount)

    @property
    def change(self) -> Cents:
        """What it adds to the balance at the provider."""
        return self.gross - self.fee


def gross_of(kind: MovementKind, amount: Cents) -> Cents:
    """Return what a movement adds to the balance at the provider, without a fee."""
    return -amount if kind in LEAVING else amount
