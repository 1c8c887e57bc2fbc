"""Leases for work that only one process may do at a time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one holder to a named resource, until an instant (UTC).

    `epoch` is higher than that of every earlier lease of the name, so that work under an earlier
    lease can be detected and refused.
    """

    name: str
    holder: str
    epoch: int
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the lease has ended."""
        return self.expires_at <= now

    def is_still(self, lease: "Lease", now: datetime) -> bool:
        """Whether this is the same lease as `lease`, possibly renewed, and has not ended."""
        return (self.holder, self.epoch) == (lease.holder, lease.epoch) and not self.is_over(now)
