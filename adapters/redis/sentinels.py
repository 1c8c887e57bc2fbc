"""Which server is the primary, as Sentinels know it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.asyncio.sentinel import MasterNotFoundError, Sentinel

from ...ports.stopwatch import Stopwatch
from .client_errors import FAILURES, noticing_cancellation

_LOOK = 1.0
"""Seconds between two questions."""


class Sentinels(Sentinel):
    """Asks Sentinels one after the other, and says what each of them has answered."""

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Return the host and port of the primary. It raises what the client raises."""
        answers = []
        for number, sentinel in enumerate(self.sentinels):
            asked = sentinel.connection_pool.connection_kwargs
            try:
                states: Any = await sentinel.sentinel_masters()
            except FAILURES as error:
                answer = str(error) or type(error).__name__
            else:
                state = states.get(service_name)
                if state and self.check_master_state(state, service_name):
                    # The others may hang, and are asked after this one the next time.
                    self.sentinels.insert(0, self.sentinels.pop(number))
                    return state["ip"], state["port"]
                answer = "the primary is down" if state else "no such service"
            answers.append(f"{asked['host']}:{asked['port']}: {answer}")
        raise MasterNotFoundError(
            f"no Sentinel names a primary for {service_name} ({', '.join(answers)})"
        )


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
