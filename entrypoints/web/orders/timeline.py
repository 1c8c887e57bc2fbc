"""What the steps of an order tell its buyer and its seller."""

from collections.abc import Sequence

from ....core.orders.shown_steps import ShownStep
from ....ports.language.complaints import ComplaintKind
from ....ports.language.currencies import Currency
from ....ports.language.orders import CancelReason, FreezeReason, Shipment
from ..words import words

_TOLD = ("amount", "debt_settled", "kind", "reason", "note", "shipment")
"""The facts that are shown, in this order. Who did something is for staff."""


def told_by(step: ShownStep, currency: Currency) -> Sequence[str]:
    """Return the facts of a step that its viewer may see, as texts. What is unknown is left out."""
    facts = ((name, step.data.get(name)) for name in _TOLD)
    return [_text(name, fact, currency) for name, fact in facts if fact]


def _text(name: str, fact: object, currency: Currency) -> str:
    texts = words()
    match fact:
        case int():
            amount = currency.shown(fact)
            return f"{texts.payouts.settled} {amount}" if name == "debt_settled" else amount
        case ComplaintKind():
            return str(texts.complaint[fact])
        case CancelReason():
            return str(texts.cancel_reason[fact])
        case FreezeReason():
            return str(texts.freeze_reason[fact])
        case Shipment():
            return f"{fact.carrier} {fact.tracking_number}"
    return str(fact)
