"""What a queue does while the server that its deliveries go to is away."""

import asyncio

from .attempts import Failure

_IN_A_ROW = 3
"""After so many failures in a row, the server is taken to be away."""
_PART = 1 / 20
"""The time between two attempts, as a part of the time that the server has been away."""
_SHORTEST, _LONGEST = 1.0, 10.0
"""The bounds of that time, in seconds."""


class Outage:
    """Whether the server of a queue seems to be away, by this process's attempts.

    While it is, one delivery is tried now and then, and all others wait as they are. So the store
    is not written for attempts that must fail, a server that comes back is noticed soon, and what
    waits for it is due at once.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._since = 0.0
        """When the first attempt failed, by the event loop's time."""
        self.next_at = 0.0
        """When the next delivery is tried, by the event loop's time."""

    @property
    def is_on(self) -> bool:
        """Whether the server is taken to be away."""
        return self._failures >= _IN_A_ROW

    def noted(self, failure: Failure | None) -> Failure | None:
        """Note the outcome of an attempt. Return it, without effect on delays in an outage."""
        if failure is None:
            self._failures = 0
            self.next_at = 0.0
        elif failure.is_away:
            now = asyncio.get_running_loop().time()
            if not self._failures:
                self._since = now
            self._failures += 1
            if self.is_on:
                self.next_at = now + min(max(_PART * (now - self._since), _SHORTEST), _LONGEST)
                return failure._replace(counts=False)
        return failure
