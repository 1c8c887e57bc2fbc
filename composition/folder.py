"""The folder of the embedded adapters."""

from pathlib import Path

from ..adapters.system.private_folder import private_folder
from ..config.settings import Settings


def make_folder(settings: Settings) -> Path:
    """Return the folder of the embedded adapters, and create it if it is missing."""
    return private_folder(Path(settings.folder))
