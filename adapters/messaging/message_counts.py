"""What became of the messages that consumers got, for measurements and in the log."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from weakref import WeakSet

from ...ports.language.consumers import Consumer
from ...ports.language.messages import Message
from .conflicts import is_conflict

_log = logging.getLogger("solebook.messages")
"""Its lines are not left out although they repeat."""


@dataclass(slots=True)
class Attempted:
    """The attempts of one consumer."""

    handled: int = 0
    failed: int = 0
    conflicted: int = 0
    """With other transactions; such an attempt is repeated at once."""
    seconds: float = 0.0


class MessageCounts:
    """Counts attempts by consumer, and tells each in the log for those who look for one."""

    def __init__(self) -> None:
        self.by_consumer: defaultdict[tuple[str, str], Attempted] = defaultdict(Attempted)
        """By role and name."""
        _all.add(self)

    @contextmanager
    def attempt(self, consumer: Consumer, message: Message) -> Iterator[None]:
        """Count what the block does with a message."""
        counted = self._of(consumer)
        began = perf_counter()
        try:
            yield
        except Exception as error:
            if is_conflict(error):
                counted.conflicted += 1
            else:
                counted.failed += 1
            counted.seconds += perf_counter() - began
            raise
        took = perf_counter() - began
        counted.handled += 1
        counted.seconds += took
        _tell(consumer, message, took)

    def handled(self, pairs: Sequence[tuple[Consumer, Message]], seconds: float) -> None:
        """Count messages that were handled at once, in so many seconds together."""
        for consumer, message in pairs:
            counted = self._of(consumer)
            counted.handled += 1
            counted.seconds += seconds / len(pairs)
            _tell(consumer, message, seconds)

    def _of(self, consumer: Consumer) -> Attempted:
        return self.by_consumer[consumer.queue.role, consumer.name]


def _tell(consumer: Consumer, message: Message, took: float) -> None:
    if _log.isEnabledFor(logging.DEBUG):
        facts = {"consumer": consumer.name, "duration_ms": round(took * 1_000, 1)}
        _log.debug("%s handled %s %s", consumer.name, message.subject, message.id, extra=facts)


_all: "WeakSet[MessageCounts]" = WeakSet()


def message_counts() -> Mapping[tuple[str, str], Attempted]:
    """Return the attempts in this process, by role and name of the consumer."""
    found: defaultdict[tuple[str, str], Attempted] = defaultdict(Attempted)
    for counts in [*_all]:
        for name, one in [*counts.by_consumer.items()]:
            total = found[name]
            total.handled += one.handled
            total.failed += one.failed
            total.conflicted += one.conflicted
            total.seconds += one.seconds
    return found
