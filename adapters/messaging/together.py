"""Handling several messages in one transaction, and one by one if that fails."""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence, Set
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum, auto
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from ...ports.language.consumers import Consumer
from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.messages import Message
from ...ports.language.traces import parsed_trace
from ...ports.outbox import Note
from .attempts import TRIES, Attempts, Failure
from .conflicts import is_conflict

T = TypeVar("T")


class Care(Enum):
    """How careful to be about items that fail."""

    NONE = auto()
    """If one fails, none is handled: the transaction raises its error."""
    LEAVE_OUT = auto()
    """Each has a savepoint. Those that conflict with other transactions are left out."""
    COUNT = auto()
    """Each has a savepoint. A conflict counts as a failure."""


Handle: TypeAlias = Callable[[Sequence[T], Care], Awaitable[Sequence[T]]]
"""Handles items in a transaction, and returns those that it left out."""

_log = logging.getLogger(__name__)

_TRIES_TOGETHER = 2


@dataclass(frozen=True, slots=True)
class AttemptsTogether:
    """Attempts that share a transaction, and those that share the next one if it fails.

    Without care, an attempt that fails raises its error. It is not made again with more care,
    unless it conflicted with another transaction and may succeed at once.
    """

    attempts: Attempts
    savepoint: Callable[[], AbstractAsyncContextManager[None]]
    _errors: dict[Note, Exception] = field(default_factory=dict)
    """The errors of attempts whose transaction was rolled back."""

    async def make(
        self, consumer: Consumer, message: Message, care: Care, *, again: bool = False
    ) -> Failure | None:
        """Hand a message to a consumer. Return the failure, or None; see Attempts.make."""
        note = (consumer.name, message.id)
        if care is not Care.NONE:
            if error := self._errors.pop(note, None):
                return self.attempts.failure(consumer, message, error)
            inside = self.savepoint
            return await self.attempts.make(consumer, message, again=again, inside=inside)
        try:
            await self.attempts.handle(consumer, message, again=again)
        except Exception as error:
            if not is_conflict(error):
                self._errors[note] = error
            raise
        return None

    async def make_all(
        self, pairs: Iterable[tuple[Consumer, Message]], care: Care, *, but: Collection[Note]
    ) -> Set[Note]:
        """Hand messages at once to consumers that handle several, and return their notes.

        `but` are notes of what was handled before. With care, each message is attempted by itself,
        and so is one whose trace is recorded.
        Raises what the consumers raise.
        """
        together: defaultdict[Any, list[tuple[Consumer, Message]]] = defaultdict(list)
        for consumer, message in pairs:
            is_new = (consumer.name, message.id) not in but
            if is_new and consumer.handle_all and care is Care.NONE and not _is_recorded(message):
                together[consumer.handle_all].append((consumer, message))
        made: set[Note] = set()
        for handle_all, several in together.items():
            if len(several) > 1:
                began = perf_counter()
                await handle_all([message for _, message in several])
                self.attempts.counts.handled(several, perf_counter() - began)
                made |= {(consumer.name, message.id) for consumer, message in several}
        return made


def _is_recorded(message: Message) -> bool:
    trace = parsed_trace(message.trace)
    return trace is not None and trace.is_sampled


async def handle_together(
    items: Sequence[T], handle: Handle[T], give_up: Callable[[T, Exception], Awaitable[None]]
) -> None:
    """Handle items in one transaction, again with more care if it fails, and then one by one.

    So an item that fails does not hold up the others, and savepoints are set only after a failure.
    `give_up` stores the failure of an item whose own transaction fails. Raises Unavailable if the
    store is the cause.
    """
    try:
        await handle(items, Care.NONE)
    except Exception as error:  # noqa: BLE001  # one of the items may cause anything
        _log.debug("%d messages are handled with more care: %s", len(items), with_cause(error))
    else:
        return
    left = items if len(items) == 1 else await _left_out(items, handle)
    for item in left:
        try:
            await _handle_alone(item, handle)
        except Exception as error:
            if isinstance(error, Unavailable) and not error.is_conflict:
                raise
            await give_up(item, error)


async def _left_out(items: Sequence[T], handle: Handle[T]) -> Sequence[T]:
    for _ in range(_TRIES_TOGETHER):
        try:
            return await handle(items, Care.LEAVE_OUT)
        except Exception as error:  # noqa: BLE001  # one of the items may cause anything
            _log.warning("%d messages failed together: %s", len(items), with_cause(error))
            if not is_conflict(error):
                break
    return items


async def _handle_alone(item: T, handle: Handle[T]) -> None:
    for _ in range(TRIES - 1):
        try:
            if not await handle([item], Care.LEAVE_OUT):
                return
        except Exception as error:
            if not is_conflict(error):
                raise
    await handle([item], Care.COUNT)
