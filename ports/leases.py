"""The port to leases: what only one process may do at a time."""

from datetime import timedelta
from typing import Protocol

from .language.leases import Lease


class Leases(Protocol):
    """Leases by name, by the store's time. Each call is a transaction of its own.

    Calling it inside a transaction is a programming error (AssertionError): a lease is taken,
    renewed and lost whatever becomes of other work. Raises Unavailable when the store does not
    answer; then nobody knows whether the call took effect.
    """

    async def acquire(self, name: str, holder: str, life: timedelta) -> Lease | None:
        """Return a lease with a new epoch that ends after `life`; None if another holder has one.

        A lease that is over is anybody's, and a holder may replace its own.
        """
        ...

    async def renew(self, lease: Lease, life: timedelta) -> Lease | None:
        """Return the lease with its end put off to `life` from now; None if it was lost.

        It is lost once it is over, even if nobody took it since.
        """
        ...

    async def release(self, lease: Lease) -> None:
        """Let others have it at once. A lease that was lost, or given back, stays as it is."""
        ...

    async def holder(self, name: str) -> Lease | None:
        """Return the lease that is in force, if there is one."""
        ...
