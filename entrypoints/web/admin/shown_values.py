"""Facts of steps and of the audit log as text."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ....ports.language.currencies import Currency
from ....ports.language.orders import Shipment

_MONEY = frozenset({"amount", "debt_settled", "owed", "refund", "still_owed"})


def shown_values(facts: Mapping[str, object], currency: Currency) -> Sequence[tuple[str, object]]:
    """Return the names of facts and their values: texts, or instants, which a page shows itself.

    What is not known is left out.
    """
    return [
        (name.replace("_", " "), _shown(name, value, currency))
        for name, value in facts.items()
        if value is not None and value != ""
    ]


def _shown(name: str, value: object, currency: Currency) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name in _MONEY:
        return currency.shown(value)
    if isinstance(value, Shipment):
        return f"{value.carrier} {value.tracking_number}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)
