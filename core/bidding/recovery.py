"""Recover from a failed batch, until memory equals the store again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.language.batch import Batch, Ownership
from ...ports.language.errors import QueueFull, Unavailable
from .book_loader import BookLoader
from .publishing import Publisher
from .shard import Shard

_AGAIN = 1.0
"""Seconds between the engine's own attempts to settle a failed batch."""


class Recovery:
    """Finds out whether a failed batch was committed, and has its books loaded again."""

    def __init__(
        self, books: Books, shard: Shard, loader: BookLoader, publisher: Publisher, clock: Clock
    ) -> None:
        self._store = books
        self._shard = shard
        self._loader = loader
        self._publisher = publisher
        self._clock = clock
        self._in_doubt = False
        """Whether a batch failed and it is unknown whether the store has it."""
        self._attempts: asyncio.Task[None] | None = None

    def doubt(self) -> None:
        """Discard the running batch and the books that it touched."""
        self._in_doubt = True
        self._loader.doubt(self._shard.give_up_batch())

    async def settle(self, ownership: Ownership) -> None:
        """Make memory equal to the store again. Raises Unavailable, ShardLost.

        The failed commit may have succeeded, may still be running, or may still be on its way to
        the store. So this first commits an empty batch with a sequence number of its own. It waits
        behind the failed commit, prevents one that comes later, and fails if another process owns
        the shard. It also makes the used numbers durable before views are numbered with them.
        """
        if not self._in_doubt:
            return
        self._shard.skip_number()
        await self._store.commit(ownership, Batch(sequence=self._shard.sequence))
        await self._loader.read_halts()
        self._in_doubt = False
        self._publisher.note_committed()
        self._publisher.note_halts()
        self._loader.resume()

    def try_later(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Schedule `attempt`, which settles the batch, in case no further command arrives."""
        if self._in_doubt and (self._attempts is None or self._attempts.done()):
            self._attempts = asyncio.create_task(self._try(attempt), name="matching-recovery")

    def stop(self) -> None:
        """Cancel the scheduled attempts."""
        if self._attempts is not None:
            self._attempts.cancel()

    async def _try(self, attempt: Callable[[], Awaitable[None]]) -> None:
        while self._in_doubt:
            await self._clock.sleep(_AGAIN)
            with suppress(QueueFull, Unavailable):
                await attempt()
