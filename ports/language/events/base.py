"""What every event is."""

from typing import ClassVar

from ..ids import OrderId
from ..priority import Priority


class Event:
    """The base of all events; `key` names what it is about, for ordering."""

    __slots__ = ()
    SUBJECT: ClassVar[str]
    VERSION: ClassVar[int] = 1

    @property
    def key(self) -> str:
        """Events of one key are relayed in the order in which they were committed."""
        raise AssertionError(f"{type(self).__name__} has no key")

    @property
    def priority(self) -> Priority:
        """What goes first, where events wait. A trade goes on from most of them."""
        return Priority.HIGH


class OrderRelated(Event):
    """An event about one order."""

    __slots__ = ()
    order_id: OrderId

    @property
    def key(self) -> str:
        """The order."""
        return str(self.order_id)
