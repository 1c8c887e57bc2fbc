"""The loop that sends webhooks."""

import asyncio

from ...composition.application import Application

_AT_ONCE = 128
"""To how many endpoints a process sends at once."""
_POLL = 1.0
"""The interval at which the store is asked for what is due, in seconds."""


class WebhookLoop:
    """Sends what is due to many endpoints at once, so that one that hangs delays no other."""

    def __init__(self, application: Application) -> None:
        self._send = application.outgoing_webhooks.send_webhooks
        self._clock = application.adapters.clock
        self._under_way: set[asyncio.Task[int]] = set()

    async def run(self) -> None:
        """Send until cancelled. Errors of the store propagate; it may be run again.

        What was under way is sent again, once its claims have ended.
        """
        try:
            while True:
                await self._begin()
                poll = asyncio.ensure_future(self._clock.sleep(_POLL))
                try:
                    await asyncio.wait(
                        {poll, *self._under_way}, return_when=asyncio.FIRST_COMPLETED
                    )
                finally:
                    poll.cancel()
                self._collect()
        finally:
            await self._abandon()

    async def drain(self) -> int:
        """Send until nothing is due, and return the number of attempts."""
        attempts = 0
        try:
            while await self._begin():
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                attempts += self._collect()
        finally:
            await self._abandon()
        return attempts

    async def _begin(self) -> bool:
        """Send to as many endpoints as there is room for. Return whether any is at work."""
        if room := _AT_ONCE - len(self._under_way):
            for endpoint_id in await self._send.claim(room):
                self._under_way.add(asyncio.create_task(self._send(endpoint_id)))
        return bool(self._under_way)

    def _collect(self) -> int:
        """Return how many attempts have ended. An unexpected error propagates."""
        ended = {task for task in self._under_way if task.done()}
        self._under_way -= ended
        return sum(task.result() for task in ended)

    async def _abandon(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()
