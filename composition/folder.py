"""The folder of the embedded adapters."""

from pathlib import Path

from ..adapters.system.private_folder import private_folder
from ..config.settings import Settings


def make_folder(settings: Settings) -> Path:
    """Return the folder of the embedded adapters, and create it if it is missing."""
    return private_folder(Path(settings.folder))


def require_no_emptied_store(settings: Settings) -> Path:
    """Return the folder, after a look at the store's file in it.

    Raises ValueError if that is empty although the folder has been used: it would become a new
    exchange. A first start that failed leaves an empty file, too, but no keys.
    """
    folder = make_folder(settings)
    if settings.store.kind == "sqlite":
        file = Path(settings.store_url.partition(":///")[2])
        if file.is_file() and not file.stat().st_size and (folder / "signing-key").exists():
            raise ValueError(
                f"{file}: the file is empty; restore a backup, or delete it for a new exchange"
            )
    return folder
