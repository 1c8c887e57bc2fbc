"""The port to leases, for work that only one process may do at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .language.leases import Lease


class Leases(Protocol):
    """Leases by name, by the store's time. Each call is its own transaction.

    Calling it inside a transaction is a programming error (AssertionError), because a lease must
    not depend on the outcome of other work. Raises Unavailable if the store does not respond; the
    call may still have taken effect.
    """

    async def now(self) -> datetime:
        """Return the store's time, aware and in UTC."""
        ...

    async def acquire(self, name: str, holder: str, life: timedelta) -> Lease | None:
        """Return a lease with a new epoch that ends after `life`, or None if another holder has
        one.

        An ended lease is free, and a holder may replace its own.
        """
        ...

    async def renew(self, lease: Lease, life: timedelta) -> Lease | None:
        """Return the lease with its end moved to `life` from now, or None if it was lost.

        A lease is lost when it ends, even if nobody else has taken it.
        """
        ...

    async def renew_all(self, leases: Sequence[Lease], life: timedelta) -> Sequence[Lease]:
        """Renew leases of one holder, and return those that were not lost; see `renew`."""
        ...

    async def release(self, lease: Lease) -> None:
        """Free the lease immediately. A lost or released lease does not change."""
        ...

    async def held(self, names: Collection[str]) -> Mapping[str, Lease]:
        """Return the current leases of these names, by name. Free ones are missing."""
        ...

    async def holder(self, name: str) -> Lease | None:
        """Return the current lease, or None."""
        ...
