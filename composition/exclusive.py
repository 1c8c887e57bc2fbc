"""One exchange at a time in a folder."""

from contextlib import AbstractContextManager
from pathlib import Path

from ..adapters.system.folder_lock import folder_lock
from ..config.settings import Settings


def exclusive(settings: Settings) -> AbstractContextManager[None]:
    """Keep other exchanges out of the settings' folder. Raises OSError if one is in it."""
    return folder_lock(Path(settings.folder))
