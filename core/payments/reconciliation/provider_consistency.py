"""Compares what the payment provider moved with what the ledger has."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ....ports.language.currencies import Currency
from ....ports.language.integrity import (
    BookedOrder,
    BookedTransfer,
    Check,
    Finding,
    Trade,
    Underway,
)
from ....ports.language.money import Cents
from ....ports.language.movements import Movement, MovementKind
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import AccountKind, PayoutState
from .own_movements import ACCOUNTS

_KINDS = {
    MovementKind.CHARGE: "charged",
    MovementKind.REFUND: "refunded",
    MovementKind.DISPUTE: "took back",
    MovementKind.PAYOUT: "paid out",
    MovementKind.OTHER: "moved for another reason",
}
BACK = {
    MovementKind.REFUND_FAILURE: MovementKind.REFUND,
    MovementKind.DISPUTE_REVERSAL: MovementKind.DISPUTE,
    MovementKind.PAYOUT_RETURN: MovementKind.PAYOUT,
}
"""What came back, and the kind that it is subtracted from."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Amounts of one kind that differ, in minor units, without what came back."""

    subject: str
    kind: MovementKind
    there: Cents
    here: Cents
    names: tuple[str, ...]
    """The provider's names of what it moved."""

    def finding(self, currency: Currency) -> Finding:
        """Return what it is unless it is under way."""
        return Finding(Check.PROVIDER, self.subject, self.text(currency))

    def underway(self, currency: Currency) -> Underway:
        """Return what it is if the exchange will record it."""
        return Underway(self.subject, self.text(currency))

    def text(self, currency: Currency) -> str:
        """Return the names and both amounts."""
        named = f" ({', '.join(self.names)})" if self.names else ""
        there, here = currency.plain(self.there), currency.plain(self.here)
        return f"the provider {_KINDS[self.kind]} {there}{named}, and the ledger has {here}"


def differences(
    subject: str, transfers: Iterable[BookedTransfer], movements: Sequence[Movement]
) -> Iterator[Difference]:
    """Yield how the transfers of one order, or of one suspense account, differ from the provider.

    Amounts of one kind are compared as a whole, because some reports of the provider do not name
    what they report.
    """
    here, there = booked(transfers), moved(movements)
    for kind in _KINDS:
        if here[kind] != there[kind]:
            names = tuple(dict.fromkeys(m.name for m in movements if _kind_of(m)[0] is kind))
            yield Difference(subject, kind, there[kind], here[kind], names)


def unknown_names(order: BookedOrder, movements: Iterable[Movement]) -> Iterator[Finding]:
    """Yield the provider's names in an order's payment and payout that are of no movement of it.

    The provider must have been read later than the order.
    """
    known = {(movement.kind, movement.name) for movement in movements}
    for kind, name in (
        (MovementKind.CHARGE, order.charge_id),
        (MovementKind.REFUND, order.refund_id),
        (MovementKind.PAYOUT, order.payout_id),
    ):
        if name is not None and (kind, name) not in known:
            yield Finding(
                Check.PROVIDER,
                f"order {order.id}",
                f"its {kind} is {name}; the provider knows none of that name for it",
            )


def booked(transfers: Iterable[BookedTransfer]) -> Counter[MovementKind]:
    """Return what transfers say that the provider moved, in minor units by kind."""
    amounts: Counter[MovementKind] = Counter()
    for transfer in transfers:
        left = transfer.total(AccountKind.WORLD)
        kind = _booked_kind(transfer)
        if left:
            amounts[kind] += -left if kind is MovementKind.CHARGE else left
    return amounts


def moved(movements: Iterable[Movement]) -> Counter[MovementKind]:
    """Return what the provider moved, in minor units by kind.

    What only the provider knows is of no order, and is compared by its place.
    """
    amounts: Counter[MovementKind] = Counter()
    for movement in movements:
        kind, sign = _kind_of(movement)
        if movement.kind not in ACCOUNTS:
            amounts[kind] += sign * movement.amount
    return amounts


def is_underway(trade: Trade, difference: Difference) -> bool:
    """Return whether the exchange has asked for it, or heard of it, and will record it."""
    if difference.there <= difference.here:
        return False
    if not trade.is_settled:
        return True
    payment, payout = trade.payment, trade.payout
    match difference.kind:
        case MovementKind.CHARGE:
            asked = (PaymentStatus.PENDING, PaymentStatus.UNKNOWN)
            return payment is not None and payment.status in asked
        case MovementKind.REFUND:
            return payment is not None and payment.status is PaymentStatus.REFUND_DUE
        case _:
            return payout is not None and payout.state is PayoutState.DUE


def _booked_kind(transfer: BookedTransfer) -> MovementKind:
    """Return the kind of a transfer, from its id; see `transfers.py`. No other one moves money."""
    id_ = transfer.id
    step = id_
    if transfer.order_id is not None:
        step = id_.removeprefix(f"{transfer.order_id}:")
    if step == "capture":
        return MovementKind.CHARGE
    if step.startswith("charge:"):
        return MovementKind.REFUND if ":refund:" in step else MovementKind.CHARGE
    if step.startswith("refund"):
        return MovementKind.REFUND
    if step.startswith("dispute"):
        return MovementKind.DISPUTE
    if step.startswith("payout"):
        return MovementKind.PAYOUT
    return MovementKind.OTHER


def _kind_of(movement: Movement) -> tuple[MovementKind, int]:
    """Return the kind under which a movement is compared, and its sign."""
    back = BACK.get(movement.kind)
    return (movement.kind, 1) if back is None else (back, -1)
