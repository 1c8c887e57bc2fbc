"""When a log says the same thing again."""

_EVERY = 60.0
"""Seconds after which it is said again."""


class Reminders:
    """Lets a log say why something does not work when that changes, and else once a minute."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, float]] = {}

    def is_due(self, what: str, why: str, now: float) -> bool:
        """Return whether to say now, in seconds by any stopwatch, why `what` does not work."""
        before = self._told.get(what)
        if before is not None and before[0] == why and now - before[1] < _EVERY:
            return False
        self._told[what] = (why, now)
        return True
