"""The port to atomic work on the store."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Transaction(Protocol):
    """Makes what is written inside `async with transaction():` durable at once, or not at all.

    It is ambient: the store's ports (Users, Orders, Outbox, ...) called by the same task inside
    the block take part without being handed anything. A block inside a block joins the outer one,
    and only the outermost commits. An exception that leaves the outermost block undoes everything.
    The store is not touched before the first call inside, so slow work may come first.

    Writing through a store's port outside any block is a programming error (AssertionError).
    Reading outside sees the last committed state.
    Raises Unavailable when the store does not answer or the commit fails.
    """

    def __call__(self) -> AbstractAsyncContextManager[None]:
        """Return a block to enter."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Return a block inside the current transaction that can be undone by itself.

        An exception that leaves it undoes what was written and announced in it; whoever catches it
        goes on with the rest of the transaction. Outside any transaction it is an AssertionError.
        """
        ...

    @property
    def is_open(self) -> bool:
        """Whether the current task is inside a block. External calls are made when it is not."""
        ...

    def announce(self, call: Callable[[], None]) -> None:
        """Have `call` made once the current task's transaction is committed; never if it is not.

        It follows a write in the same transaction; outside any it is an AssertionError. The call is
        quick and raises nothing. A commit that is reported as failed announces nothing, though it
        may have taken effect.
        """
        ...
