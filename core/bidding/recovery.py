"""What is done after a batch failed, until memory is equal to the store again."""

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
"""Seconds until the engine tries again by itself to find out what was committed."""


class Recovery:
    """Finds out what became of a batch that failed, and has its books loaded again."""

    def __init__(
        self, books: Books, shard: Shard, loader: BookLoader, publisher: Publisher, clock: Clock
    ) -> None:
        self._store = books
        self._shard = shard
        self._loader = loader
        self._publisher = publisher
        self._clock = clock
        self._in_doubt = False
        """Whether a batch failed, so that the store may be ahead of memory or behind it."""
        self._attempts: asyncio.Task[None] | None = None

    def doubt(self) -> None:
        """Forget the batch under way, and the books that it touched."""
        self._in_doubt = True
        self._loader.doubt(self._shard.give_up_batch())

    async def settle(self, ownership: Ownership) -> None:
        """Make memory equal to the store again. Raises Unavailable, ShardLost.

        The commit that failed may have taken effect, or be on its way even now. So an empty one
        goes first: it waits for its turn behind that, tells whether the shard is still ours, and
        makes the sequence numbers durable that were used up, before a view is numbered by them.
        """
        if not self._in_doubt:
            return
        await self._store.commit(ownership, Batch(sequence=self._shard.sequence))
        await self._loader.read_halts()
        self._in_doubt = False
        self._publisher.note_committed()
        self._publisher.note_halts()
        self._loader.resume()

    def try_later(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """See to it that `attempt`, which settles, is made even if nobody calls."""
        if self._in_doubt and (self._attempts is None or self._attempts.done()):
            self._attempts = asyncio.create_task(self._try(attempt), name="matching-recovery")

    def stop(self) -> None:
        """Try no more."""
        if self._attempts is not None:
            self._attempts.cancel()

    async def _try(self, attempt: Callable[[], Awaitable[None]]) -> None:
        while self._in_doubt:
            await self._clock.sleep(_AGAIN)
            with suppress(QueueFull, Unavailable):
                await attempt()
