"""Handling several messages in one transaction, and one by one if that fails."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, TypeVar

from ...ports.language.errors import Unavailable, with_cause
from .attempts import TRIES, is_conflict

T = TypeVar("T")
Handle: TypeAlias = Callable[[Sequence[T], bool], Awaitable[Sequence[T]]]

_log = logging.getLogger(__name__)

_TRIES_TOGETHER = 2


async def handle_together(
    items: Sequence[T], handle: Handle[T], give_up: Callable[[T, Exception], Awaitable[None]]
) -> None:
    """Handle items in one transaction, again if it fails, and then one by one.

    So an item that fails does not hold up the others. `handle` handles items in a transaction. If
    its second argument is true, it may leave out items that conflict with other transactions, and
    return them. `give_up` stores the failure of an item whose own transaction fails. Raises
    Unavailable if the store is the cause.
    """
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
            return await handle(items, True)
        except Exception as error:  # noqa: BLE001  # one of the items may cause anything
            _log.warning("%d messages failed together: %s", len(items), with_cause(error))
            if not is_conflict(error):
                break
    return items


async def _handle_alone(item: T, handle: Handle[T]) -> None:
    for _ in range(TRIES - 1):
        try:
            if not await handle([item], True):
                return
        except Exception as error:
            if not is_conflict(error):
                raise
    await handle([item], False)
