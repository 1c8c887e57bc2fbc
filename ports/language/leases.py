"""Leases: who may do for a while what only one process may do."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one holder to something with a name, until an instant (UTC).

    `epoch` is higher than that of every earlier lease of the name, so that what is done under an
    earlier one can be told apart and refused.
    """

    name: str
    holder: str
    epoch: int
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the lease has ended."""
        return self.expires_at <= now

    def is_still(self, lease: "Lease", now: datetime) -> bool:
        """Whether this is the same right as `lease`, however often renewed, and has not ended."""
        return (self.holder, self.epoch) == (lease.holder, lease.epoch) and not self.is_over(now)
