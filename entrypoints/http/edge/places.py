"""Places for costly requests, of which only some run at the same time."""

from asyncio import Future, get_running_loop
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ....ports.language.errors import RateLimited


class Places:
    """Gives places in turns, one owner after the other, so that nobody waits for one owner alone.

    Without a free place a request waits, but an owner has only so many that wait or have one.
    """

    def __init__(self, *, at_once: int, per_owner: int, waiting: int) -> None:
        """Create it; `per_owner` of the places `at_once`, and so many more of one `waiting`."""
        self._free = at_once
        self._per_owner = per_owner
        self._most_waiting = waiting
        self._taken: dict[str, int] = {}
        self._waiting: OrderedDict[str, deque[Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def taken(self, owner: str) -> AsyncIterator[Callable[[], None]]:
        """Take a place until the block is left, or until the function that is yielded is called.

        Raises RateLimited if too many wait already.
        """
        if self._has_place_for(owner) and owner not in self._waiting:
            self._take(owner)
        else:
            await self._turn_of(owner)
        is_taken = True

        def leave() -> None:
            nonlocal is_taken
            if is_taken:
                is_taken = False
                self._give_back(owner)

        try:
            yield leave
        finally:
            leave()

    def _has_place_for(self, owner: str) -> bool:
        return self._free > 0 and self._taken.get(owner, 0) < self._per_owner

    def _take(self, owner: str) -> None:
        self._free -= 1
        self._taken[owner] = self._taken.get(owner, 0) + 1

    async def _turn_of(self, owner: str) -> None:
        """Wait for a place, which whoever leaves one takes for the one who waits."""
        turns = self._waiting.setdefault(owner, deque())
        if self._taken.get(owner, 0) + len(turns) >= self._per_owner + self._most_waiting:
            if not turns:
                del self._waiting[owner]
            raise RateLimited(retry_after=1.0)
        turn: Future[None] = get_running_loop().create_future()
        turns.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._give_back(owner)  # the turn had come already
            elif turn in turns:
                turns.remove(turn)
                if not turns:
                    self._waiting.pop(owner, None)
            raise

    def _give_back(self, owner: str) -> None:
        self._free += 1
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]
        for waiting in list(self._waiting):
            if self._free and self._has_place_for(waiting):
                self._give_to(waiting)

    def _give_to(self, owner: str) -> None:
        """Give a place to the owner's first in the queue, and let the owner's others wait last."""
        turns = self._waiting[owner]
        while turns:
            turn = turns.popleft()
            if not turn.done():
                self._take(owner)
                turn.set_result(None)
                break
        if turns:
            self._waiting.move_to_end(owner)
        else:
            del self._waiting[owner]
