"""The leases that a process keeps, where several processes share a store."""

from dataclasses import dataclass

from ..core.operations.lease_keeper import LeaseKeeper, LeaseTimes, Obstacle
from ..ports.leases import Leases
from ..ports.stopwatch import Stopwatch

SHARD = "matching"
"""The lease of the process with the matching engine."""
RELAY = "relay"
"""The lease of the process that relays messages."""


@dataclass(frozen=True, slots=True)
class Keepers:
    """Keepers of what only one process at a time may do. The others are candidates."""

    shard: LeaseKeeper
    relay: LeaseKeeper


def build_keepers(
    leases: Leases,
    stopwatch: Stopwatch,
    *,
    holder: str,
    times: LeaseTimes | None = None,
    obstacle: Obstacle | None = None,
) -> Keepers:
    """Return the keepers of a process, whose `holder` no other process has.

    While there is an `obstacle`, the process owns nothing.
    """

    def keeper(name: str) -> LeaseKeeper:
        return LeaseKeeper(
            leases, stopwatch, name=name, holder=holder, times=times, obstacle=obstacle
        )

    return Keepers(shard=keeper(SHARD), relay=keeper(RELAY))
