"""The port by which processes tell each other what is not to be kept any more."""

from collections.abc import Callable
from typing import Protocol, TypeVar

K = TypeVar("K")


class CacheInvalidations(Protocol[K]):
    """Keys of values that changed, brought to every process that keeps some of them.

    That is a broadcast: not one process hears of it, as of a message on the event bus, but each. It
    may be lost on its way to another process, whose value is then used until its life is over.
    """

    def publish(self, key: K) -> None:
        """Have every subscriber hear of a key: in this process at once, in others in a moment.

        It raises nothing.
        """
        ...

    def subscribe(self, forget: Callable[[K], None]) -> None:
        """Have `forget` called with each key that any process publishes from now on.

        It is quick and raises nothing.
        """
        ...
