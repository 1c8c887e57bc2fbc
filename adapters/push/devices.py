"""A push message to several devices, each of which gets it once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from ...ports.language.errors import Unavailable
from ...ports.language.mail import Undeliverable

D = TypeVar("D")

_REMEMBERED = 10_000


class Devices:
    """Sends a message to each device of a user, and remembers which of them have it.

    So a device that cannot be reached now does not make the others ring again.
    """

    def __init__(self) -> None:
        self._has: OrderedDict[tuple[UUID, str], None] = OrderedDict()

    async def send(
        self,
        message_id: UUID,
        devices: Sequence[D],
        name: Callable[[D], str],
        send: Callable[[D], Awaitable[Undeliverable | None]],
    ) -> Sequence[Undeliverable]:
        """Return the devices that are lost. Raises Unavailable if one may be reached later."""
        waiting = [each for each in devices if (message_id, name(each)) not in self._has]
        outcomes = await asyncio.gather(*map(send, waiting), return_exceptions=True)
        lost, failed = [], None
        for device, outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, Unavailable):
                failed = outcome
            elif isinstance(outcome, BaseException):
                raise outcome
            elif outcome is None:
                self._remember(message_id, name(device))
            else:
                lost.append(outcome)
        if failed is not None:
            raise failed
        return lost

    def _remember(self, message_id: UUID, device: str) -> None:
        self._has[message_id, device] = None
        if len(self._has) > _REMEMBERED:
            self._has.popitem(last=False)
