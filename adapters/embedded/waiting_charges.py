"""The charges at the embedded provider that need their buyer."""

from ...ports.language.ids import OrderId
from .calls import Call
from .outcomes import Outcome


class WaitingCharges:
    """The calls that made charges which wait for their buyer, oldest first."""

    def __init__(self) -> None:
        self._by_charge: dict[str, Call] = {}

    def apply(self, call: Call) -> None:
        """Note a charge that waits, or that waits no more."""
        if call.outcome is Outcome.NEEDS_BUYER:
            self._by_charge[call.charge_id] = call
        else:
            self._by_charge.pop(call.charge_id, None)

    def of(self, order_id: OrderId) -> list[Call]:
        """Return those of an order."""
        return [call for call in self._by_charge.values() if call.request.order_id == order_id]

    def named(self, name: str) -> Call:
        """Return the first one with this id or order. Raises AssertionError if there is none."""
        for charge_id, call in self._by_charge.items():
            if name in (charge_id, str(call.request.order_id)):
                return call
        raise AssertionError(f"no charge {name} waits for its buyer")
