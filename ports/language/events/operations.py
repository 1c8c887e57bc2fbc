"""Events for the people who run the exchange."""

from dataclasses import dataclass
from typing import ClassVar

from ..alarms import AlarmKind
from ..ids import OrderId
from .base import Event


@dataclass(frozen=True, slots=True)
class AlarmRaised(Event):
    """An admin must look at something: at an order, or at the exchange as a whole."""

    SUBJECT: ClassVar[str] = "alarm.raised"
    kind: AlarmKind
    order_id: OrderId | None
    note: str

    @property
    def key(self) -> str:
        """The order, if it is about one, so that it comes in turn with what happens to it."""
        return str(self.order_id or self.kind)
