"""The folder of the embedded adapters."""

from pathlib import Path

from ..adapters.system.private_folder import private_folder
from ..adapters.system.sqlite_log import commits_lost
from ..config.settings import Settings
from ..ports.language.text import counted

PROVIDER = "payment-provider.sqlite3"
"""The embedded payment provider's file in the folder."""


def make_folder(settings: Settings) -> Path:
    """Return the folder of the embedded adapters, and create it if it is missing."""
    return private_folder(Path(settings.folder))


def require_no_emptied_store(settings: Settings) -> Path:
    """Return the folder, after a look at the store's file in it.

    Raises ValueError if that is empty although the folder has been used: it would become a new
    exchange. A first start that failed leaves an empty file, too, but no keys.
    """
    folder, file = make_folder(settings), _file_of(settings)
    if file is None or not file.is_file():
        return folder
    if not file.stat().st_size and (folder / "signing-key").exists():
        raise ValueError(
            f"{file}: the file is empty; restore a backup, or delete it for a new exchange"
        )
    return folder


def require_sound_log(settings: Settings) -> None:
    """Raise ValueError if SQLite would drop acknowledged commits from the log of a file.

    The exchange must not be running. SQLite drops them when the file is opened, and the log is
    gone when it is closed.
    """
    for file in filter(None, (_file_of(settings), Path(settings.folder) / PROVIDER)):
        # A command that writes just now is no damage, and has written on at the second look.
        if commits_lost(file) and (lost := commits_lost(file)):
            raise ValueError(
                f"{file}-wal is damaged: {counted(lost, 'transaction')} in it cannot be read; "
                "restore a backup (or see docs/how-to/run-it.md to go on without them)"
            )


def _file_of(settings: Settings) -> Path | None:
    path = settings.store_url.partition(":///")[2] if settings.store.kind == "sqlite" else ""
    return Path(path) if path else None  # a URL without a path is refused later
