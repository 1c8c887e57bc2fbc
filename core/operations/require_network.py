"""Give leases up where nobody can reach their owner."""

from collections.abc import Awaitable, Callable

from ...ports.language.errors import Unavailable
from ...ports.stopwatch import Stopwatch


class RequireNetwork:
    """Finds out whether this process has been cut off from the others for a while.

    It reaches the store, so it could keep its leases, and nobody could do their work.
    """

    def __init__(
        self,
        check: Callable[[], Awaitable[None]],
        stopwatch: Stopwatch,
        *,
        patience: float = 3.0,
    ) -> None:
        """Create it. `check` raises Unavailable while the process is cut off.

        An interruption of less than `patience` seconds is none, because another owner would need
        longer to begin.
        """
        self._check = check
        self._stopwatch = stopwatch
        self._patience = patience
        self._since: float | None = None
        """Since when the process has been cut off."""

    async def __call__(self) -> str | None:
        """Return why this process may own nothing, or None."""
        now = self._stopwatch.elapsed()
        try:
            await self._check()
        except Unavailable:
            self._since = now if self._since is None else self._since
            is_blip = self._stopwatch.elapsed() - self._since < self._patience
            return None if is_blip else "it is cut off from the other processes"
        self._since = None
        return None
