"""Movements of money in the payment provider's own records."""

from dataclasses import dataclass
from enum import StrEnum

from .ids import OrderId
from .money import Cents


class MovementKind(StrEnum):
    """What the provider did."""

    CHARGE = "charge"
    REFUND = "refund"
    PAYOUT = "payout"
    PAYOUT_RETURN = "payout_return"
    """A payout came back."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that the provider moved, requested or not. `amount` is in minor units, above zero."""

    place: str
    """Where it is in the provider's records."""
    kind: MovementKind
    name: str
    """The provider's id of the charge, of the refund, or of the payout that was made or came back.
    """
    amount: Cents
    order_id: OrderId | None = None
    charge_id: str | None = None
    """The charge that a refund is of."""

    @property
    def account(self) -> str:
        """The name under which it is in suspense, if it belongs to no known payment or payout."""
        return self.charge_id or self.name

    @property
    def change(self) -> Cents:
        """What it adds to the balance at the provider."""
        came = (MovementKind.CHARGE, MovementKind.PAYOUT_RETURN)
        return self.amount if self.kind in came else -self.amount
