"""The port to transactions of the store."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Transaction(Protocol):
    """Makes all writes inside `async with transaction():` durable together, or none of them.

    It is ambient: the store's ports (Users, Orders, Outbox, ...) join if the same task calls them
    inside the block. A nested block joins the outer one, and only the outermost commits. An
    exception that leaves the outermost block rolls everything back. The store is first used by the
    first call inside, so slow work can come before it.

    Writing through a store's port outside any block is a programming error (AssertionError).
    Reading outside returns the last committed state. Raises Unavailable if the store does not
    respond or the commit fails.
    """

    def __call__(self) -> AbstractAsyncContextManager[None]:
        """Return a block to enter."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Return a block inside the current transaction that can be rolled back separately.

        An exception that leaves it undoes its writes and announcements. If the caller catches it,
        the rest of the transaction continues. Outside any transaction it is an AssertionError.
        """
        ...

    @property
    def is_open(self) -> bool:
        """Whether the current task is inside a block. External calls must be made outside."""
        ...

    def announce(self, call: Callable[[], None]) -> None:
        """Run `call` after the current transaction commits, and never if it is rolled back.

        It must follow a write in the same transaction; outside any it is an AssertionError. The
        call must be fast and raise nothing. It also runs if the commit is reported as failed,
        because the transaction may be committed all the same. So it must do no harm then: it says
        what to read again, not what is there.
        """
        ...
