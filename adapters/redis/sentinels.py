"""Which server is the primary, as Sentinels know it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel

from ...ports.stopwatch import Stopwatch
from .client_errors import FAILURES, note_end, noticing_cancellation

_LOOK = 1.0
"""Seconds between two questions."""


_Named: TypeAlias = tuple[str, int]
"""The host and port of a primary."""


class Sentinels(Sentinel):
    """Asks all Sentinels at once, in a task that whoever wants to know waits for.

    A call has no time to ask one after the other if the first one hangs.
    """

    def __init__(self, hosts: Sequence[_Named], **options: Any) -> None:
        super().__init__(hosts, **options)  # type: ignore[no-untyped-call]
        self._asking: asyncio.Task[_Named] | None = None
        self._asked: set[asyncio.Task[_Named | str]] = set()

    async def discover_master(self, service_name: str) -> _Named:
        """Return the host and port of the primary. It raises what the client raises."""
        if self._asking is None or self._asking.done():
            asked = [asyncio.create_task(self._ask(one, service_name)) for one in self.sentinels]
            for answering in asked:
                self._asked.add(answering)
                answering.add_done_callback(self._asked.discard)
            self._asking = asyncio.create_task(_first_of(asked))
            self._asking.add_done_callback(note_end)
        asking = self._asking
        await asyncio.wait([asking])
        if asking.cancelled():
            raise MasterNotFoundError("the client was closed before a Sentinel answered")
        return asking.result()

    async def aclose(self) -> None:
        """Close all connections, when nobody is asked any more, or at once if cancelled."""
        try:
            await asyncio.gather(*self._asked)
        finally:
            await super().aclose()

    async def _ask(self, sentinel: Redis, service: str) -> _Named | str:
        """Return the primary, or why there is none."""
        asked = sentinel.connection_pool.connection_kwargs
        who = f"{asked['host']}:{asked['port']}"
        try:
            states: Any = await sentinel.sentinel_masters()
        except FAILURES as error:
            return f"{who}: {str(error) or type(error).__name__}"
        state = states.get(service)
        if state is None:
            return f"{who} does not know {service}"
        if not self.check_master_state(state, service):
            return f"{who}: the primary is down"
        return state["ip"], state["port"]


async def _first_of(asked: Sequence[asyncio.Task[_Named | str]]) -> _Named:
    answers = []
    for answering in asyncio.as_completed(asked):
        answer = await answering
        if not isinstance(answer, str):
            return answer  # the others end by themselves, and keep their connections
        answers.append(answer)
    raise MasterNotFoundError(f"no Sentinel names a primary ({', '.join(answers)})")


async def follow_primary(
    sentinels: Sentinels, service: str, stopwatch: Stopwatch, changed: Callable[[str], None]
) -> None:
    """Call `changed` with an address whenever Sentinels name another server, until cancelled.

    The one before may go on answering whoever is connected with it, until it is told.
    """
    try:
        followed = None
        while True:
            with suppress(*FAILURES):
                async with noticing_cancellation():
                    named = await sentinels.discover_master(service)
                if followed not in (None, named):
                    changed(f"{named[0]}:{named[1]}")
                followed = named
            await stopwatch.sleep(_LOOK)
    finally:
        await sentinels.aclose()
