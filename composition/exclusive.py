"""One exchange at a time in a folder."""

from contextlib import AbstractContextManager
from pathlib import Path

from ..adapters.system.folder_lock import folder_lock, is_locked
from ..config.settings import Settings


def exclusive(settings: Settings) -> AbstractContextManager[None]:
    """Keep other exchanges out of the settings' folder. Raises OSError if one is in it."""
    return folder_lock(Path(settings.folder))


def is_running(settings: Settings) -> bool:
    """Return whether an exchange runs in the settings' folder. Raises OSError."""
    return is_locked(Path(settings.folder))
