"""A store on which a process can be killed at any edge of a step, and what becomes of the process.

An edge is before or after a commit, or before or after a call of somebody else.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from solebook.adapters.decorators.forwarding_books import ForwardingBooks
from solebook.composition.adapters import Store
from solebook.ports.books import Books
from solebook.ports.language.batch import Batch, Ownership
from solebook.ports.transaction import Transaction

T = TypeVar("T")


class Crash(BaseException):
    """The process is killed: nothing may catch it."""


Edge: TypeAlias = tuple[str, int]
"""The edge of a step: its kind, and the how manieth of the kind it is in a life."""


class Edges:
    """Counts the edges of steps by their kind, and kills the process at one of them.

    By kind, because lives differ a little: messages may be marked as sent together, or not, and
    what comes a commit earlier in one life must still be found in another.
    """

    def __init__(self, fatal: Edge | None) -> None:
        self._fatal = fatal
        self._passed = Counter[str]()
        self._is_counting = True
        self.is_dead = False
        self.killed = asyncio.Event()

    @property
    def passed(self) -> list[Edge]:
        """Every edge that was passed."""
        return [(kind, n + 1) for kind, count in self._passed.items() for n in range(count)]

    def reach(self, kind: str) -> None:
        """Pass an edge, or die there. A dead process passes no other edge either."""
        self._passed[kind] += self._is_counting
        if self._is_counting and (kind, self._passed[kind]) == self._fatal:
            self.is_dead = True
            self.killed.set()
        if self.is_dead:
            raise Crash(kind)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Pass over the edges of what is no step, such as a test's own checks."""
        before, self._is_counting = self._is_counting, False
        yield
        self._is_counting = before


async def until_killed(work: Coroutine[Any, Any, T], edges: Edges) -> T | None:
    """Return what a process returns, or nothing if it was killed. Then nothing of it goes on."""
    process = asyncio.create_task(work)
    killed = asyncio.create_task(edges.killed.wait())
    before = asyncio.all_tasks() - {process}
    await asyncio.wait({process, killed}, return_when=asyncio.FIRST_COMPLETED)
    killed.cancel()
    if not edges.is_dead:
        return process.result()
    # What the engine or the relay have under way dies with the process, and tells nobody.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    others = asyncio.all_tasks() - before
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return None


def fragile(store: Store, edges: Edges) -> Store:
    """Return a store on which the process can be killed around each commit."""
    return replace(
        store,
        transaction=FragileTransaction(store.transaction, edges),
        books=FragileBooks(store.books, edges),
    )


class FragileTransaction(Transaction):
    """A process can be killed before and after a commit."""

    def __init__(self, transaction: Transaction, edges: Edges) -> None:
        self._transaction = transaction
        self._edges = edges

    def __call__(self) -> AbstractAsyncContextManager[None]:
        return self._transaction() if self.is_open else self._outermost()

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._transaction.savepoint()

    @property
    def is_open(self) -> bool:
        return self._transaction.is_open

    def announce(self, call: Callable[[], None]) -> None:
        self._transaction.announce(call)

    @asynccontextmanager
    async def _outermost(self) -> AsyncIterator[None]:
        async with self._transaction():
            yield
            self._edges.reach("before a commit")
        self._edges.reach("after a commit")


class FragileBooks(ForwardingBooks):
    """The engine commits by itself, and can be killed there too."""

    def __init__(self, books: Books, edges: Edges) -> None:
        super().__init__(books)
        self._edges = edges

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        self._edges.reach("before the engine's commit")
        await super().commit(ownership, batch)
        self._edges.reach("after the engine's commit")
