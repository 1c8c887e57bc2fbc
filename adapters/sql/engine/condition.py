"""What lasts that keeps a database from working: a full disk, or damage."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

_log = logging.getLogger(__name__)

_QUIET = 5.0
"""Seconds without a failure after which commits show that everything can be written."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a database does not work, and where it is; `is_damage` if no retry can help."""

    text: str
    is_damage: bool = False


class Condition:
    """Knows of a database whether something lasting is wrong with it. The log has it once.

    What keeps it from writing is over if something was committed and nothing has failed for five
    seconds: on a full disk, what finds room in pages that are there is still committed. Damage
    stays until the process ends: other pages can still be read and written.
    """

    def __init__(self, elapsed: Callable[[], float] = monotonic) -> None:
        """Create it. `elapsed` returns the seconds of a stopwatch."""
        self._elapsed = elapsed
        self._trouble: Trouble | None = None
        self._failed_at = 0.0
        self._has_committed = False
        """Whether something was committed since the last failure."""

    def note(self, trouble: Trouble | None) -> None:
        """Note what a failure was caused by, if that lasts."""
        if trouble is None:
            return
        self._failed_at, self._has_committed = self._elapsed(), False
        if trouble == self._trouble:
            return
        if self._trouble is None or not self._trouble.is_damage:
            self._trouble = trouble
        if trouble.is_damage:
            _log.critical("the store is damaged: %s; stop, and restore a backup", trouble.text)
        else:
            _log.error("the store cannot be written: %s", trouble.text)

    def note_commit(self) -> None:
        """Note that something was written."""
        if self._trouble is not None:
            self._has_committed = True
            self._look()

    def _look(self) -> None:
        if self._trouble is None or self._trouble.is_damage or not self._has_committed:
            return
        if self._elapsed() - self._failed_at >= _QUIET:
            _log.warning("the store can be written again")
            self._trouble = None

    def state(self) -> str | None:
        """Return what is wrong in a few words, without the reason, which the log has; or None."""
        self._look()
        if self._trouble is None:
            return None
        return "is damaged" if self._trouble.is_damage else "cannot be written"
