"""The base of all events."""

from typing import ClassVar

from ..ids import OrderId
from ..priority import Priority


class Event:
    """The base of all events. `key` names the subject of the event, for ordering."""

    __slots__ = ()
    SUBJECT: ClassVar[str]
    VERSION: ClassVar[int] = 1

    @property
    def key(self) -> str:
        """Events with the same key are relayed in commit order."""
        raise AssertionError(f"{type(self).__name__} has no key")

    @property
    def priority(self) -> Priority:
        """The priority of the event in queues. Most events continue a trade."""
        return Priority.HIGH


class OrderRelated(Event):
    """An event about one order."""

    __slots__ = ()
    order_id: OrderId

    @property
    def key(self) -> str:
        """The order."""
        return str(self.order_id)
