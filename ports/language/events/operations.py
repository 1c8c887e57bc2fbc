"""Events for admins."""

from dataclasses import dataclass
from typing import ClassVar

from ..alarms import AlarmKind
from ..ids import OrderId
from .base import Event


@dataclass(frozen=True, slots=True)
class AlarmRaised(Event):
    """An alarm about an order, or about the exchange as a whole."""

    SUBJECT: ClassVar[str] = "alarm.raised"
    kind: AlarmKind
    order_id: OrderId | None
    note: str

    @property
    def key(self) -> str:
        """The order, if there is one, to keep the event in sequence with the order's others."""
        return str(self.order_id or self.kind)
