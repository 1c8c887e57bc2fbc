"""Pools of what is limited, such as connections and threads."""

from dataclasses import dataclass


@dataclass(slots=True)
class PoolWaits:
    """How often callers had to wait for a place, and the seconds that they waited together."""

    count: int = 0
    seconds: float = 0.0

    def note(self, seconds: float) -> None:
        """Count one that has waited, for a place or in vain."""
        self.count += 1
        self.seconds += seconds


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How many places a pool has, how many are in use, and how many callers wait for one."""

    size: int
    used: int
    waiting: int
    waits: PoolWaits | None = None
    """Those that have waited since the process began, if they are counted."""
