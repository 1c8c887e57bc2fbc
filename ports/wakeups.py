"""The port to wake-ups of those who wait for new work in the store."""

from collections.abc import Callable
from typing import Protocol

OUTBOX = "outbox"
"""The topic of new messages in the outbox. Each queue's name is the topic of its new deliveries."""


class Wakeups(Protocol):
    """Tells every process on the store at once that there is new work.

    A wake-up may be lost, may come twice, and may come without a cause. So whoever waits also looks
    into the store now and then.
    """

    def send(self, topic: str) -> None:
        """Wake the subscribers of a topic, in this process immediately and in others soon.

        Call it after the commit, for example with `Transaction.announce`. It raises nothing.
        """
        ...

    def subscribe(self, topic: str, wake: Callable[[], None]) -> None:
        """Call `wake` whenever a process sends a topic from now on, and after a possible loss.

        `wake` must be fast and raise nothing.
        """
        ...
