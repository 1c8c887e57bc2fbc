"""What lasts that keeps a database from working: a full disk, or damage."""

import logging
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a database does not work, and where it is; `is_damage` if no retry can help."""

    text: str
    is_damage: bool = False


class Condition:
    """Knows of a database whether something lasting is wrong with it. The log has it once.

    What keeps it from writing is over with the next commit. Damage stays until the process ends:
    other pages than the damaged ones can still be read and written.
    """

    def __init__(self) -> None:
        self._trouble: Trouble | None = None

    def note(self, trouble: Trouble | None) -> None:
        """Note what a failure was caused by, if that lasts."""
        if trouble is None or trouble == self._trouble:
            return
        if self._trouble is None or not self._trouble.is_damage:
            self._trouble = trouble
        if trouble.is_damage:
            _log.critical("the store is damaged: %s; stop, and restore a backup", trouble.text)
        else:
            _log.error("the store cannot be written: %s", trouble.text)

    def note_commit(self) -> None:
        """Note that something was written."""
        if self._trouble is not None and not self._trouble.is_damage:
            _log.warning("the store can be written again")
            self._trouble = None

    def state(self) -> str | None:
        """Return what is wrong in a few words, without the reason, which the log has; or None."""
        if self._trouble is None:
            return None
        return "is damaged" if self._trouble.is_damage else "cannot be written"
