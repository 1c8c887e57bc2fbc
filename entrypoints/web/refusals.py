"""Refusals as people read them: with amounts in the currency, and fields by their labels."""

from ...ports.language.currencies import Currency
from ...ports.language.errors import (
    BeyondDebt,
    InvalidText,
    NoCounterpart,
    OutOfRange,
    OutsideTick,
    Refusal,
)

_AMOUNTS = {"amount", "price", "retail_price"}
_LABELS = {"expires_in_days": "days"}
"""The fields of the API that pages call otherwise."""


def told(refusal: Refusal, currency: Currency) -> str | None:
    """Return what a refusal says to people, or None if its text is for them as it is.

    >>> told(OutsideTick(amount=19_550, tick=100), Currency.of("USD"))
    '$195.50 is not a multiple of $1.00'
    """
    money = currency.shown
    match refusal:
        case OutOfRange():
            shown = money if refusal.field in _AMOUNTS else str
            return (
                f"{_label(refusal.field)} must be between {shown(refusal.minimum)} and "
                f"{shown(refusal.maximum)}, not {shown(refusal.value)}"
            )
        case OutsideTick():
            return f"{money(refusal.amount)} is not a multiple of {money(refusal.tick)}"
        case NoCounterpart() if refusal.best is not None:
            return f"the best price on the other side is {money(refusal.best)}"
        case BeyondDebt():
            return f"the user owes {money(refusal.owed)}; no more can be written off"
        case InvalidText():
            return f"{_label(refusal.field)} {refusal.problem}"
    return None


def _label(field: str) -> str:
    return _LABELS.get(field, field.replace("_", " "))
