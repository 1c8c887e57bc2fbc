"""All drills."""

from . import clock, disk, kills, pauses, servers
from .drill import Drill

_ALL = (*kills.DRILLS, *pauses.DRILLS, *servers.DRILLS, *disk.DRILLS, *clock.DRILLS)
DRILLS: dict[str, Drill] = {drill.name: drill for drill in _ALL}
SHORT = (
    "kill the engine",
    "hang a process with HTTP",
    "kill worker-1",
    "nats is down",
)
"""What CI has time for."""
