"""The lock that allows only one exchange per folder."""

from contextlib import AbstractContextManager
from pathlib import Path

from ..adapters.system.folder_lock import folder_lock, is_locked
from ..config.settings import Settings


def exclusive(settings: Settings) -> AbstractContextManager[None]:
    """Lock the settings' folder. Raises OSError if another exchange uses it."""
    return folder_lock(Path(settings.folder))


def is_running(settings: Settings) -> bool:
    """Return whether an exchange is running in the settings' folder. Raises OSError."""
    return is_locked(Path(settings.folder))
