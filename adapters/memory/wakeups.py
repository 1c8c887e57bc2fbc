"""Wake-ups within one process."""

from collections import defaultdict
from collections.abc import Callable

from ...ports.wakeups import Wakeups


class MemoryWakeups(Wakeups):
    """Calls the subscribers directly."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def send(self, topic: str) -> None:
        for wake in self._subscribers.get(topic, ()):  # others may send what nobody here knows
            wake()

    def subscribe(self, topic: str, wake: Callable[[], None]) -> None:
        self._subscribers[topic].append(wake)

    def send_all(self) -> None:
        """Wake all subscribers, because any topic may have been missed."""
        for topic in [*self._subscribers]:
            self.send(topic)
