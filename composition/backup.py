"""The backup of an exchange into a folder, and its restoration."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from .. import __version__
from ..adapters.backup.folder import Kept, copy_durably, is_same, new_backup, read_backup
from ..adapters.backup.postgres_dump import dump_postgres, restore_postgres
from ..adapters.backup.sqlite_copy import copy_sqlite
from ..config.settings import Settings
from ..core.users.end_all_sessions import EndAllSessions
from .application import Application
from .exclusive import exclusive, is_running
from .folder import PROVIDER, require_sound_log
from .from_settings import journal_file, token_lifetimes
from .migrations import migrate_store

KEYS = ("signing-key", "webhook-secret", "webhooks-key")
"""Files of the folder with secrets that were generated. Settings may take their place."""
_LOGS = ("-wal", "-shm", "-journal")
"""What SQLite names the files of a database that is in use, or whose process was killed."""
_STORE = {"sqlite": "solebook.sqlite3", "postgres": "solebook.dump"}

Tell = Callable[[str, int, int], None]


async def back_up(settings: Settings, target: Path, tell: Tell) -> Sequence[str]:
    """Back up the configured exchange, which may be running, and return the names of the files.

    The store comes first and the books of the embedded payment provider second, so that the
    provider knows at least as much as the store, which looks up a missing charge by its key. Raises
    OSError, and ValueError for a store in memory, and for a damaged write-ahead log.
    """
    _require_kept(settings)
    if not settings.is_shared and not is_running(settings):
        require_sound_log(settings)
    kept = Kept(datetime.now(UTC).isoformat(timespec="seconds"), __version__, settings.store.kind)
    with new_backup(target, kept) as folder:
        await _show("database", tell, _save_store(settings, folder / _STORE[kept.store]))
        if settings.payments.adapter == "embedded" and journal_file(settings).exists():
            saved = copy_sqlite(journal_file(settings), folder / PROVIDER)
            await _show("payment provider", tell, saved)
        for name in KEYS:
            key = Path(settings.folder) / name
            if key.exists():
                copy_durably(key, folder / name)
        return sorted(file.name for file in folder.iterdir())


async def restore(settings: Settings, source: Path, tell: Tell) -> Kept:
    """Restore a backup to where the configured exchange is, and migrate it to this version.

    Nothing may be there. The store comes last, so that an interrupted restoration is no exchange.
    Raises ValueError if there is something, if the backup is damaged, or if it is of another kind
    of store; OSError.
    """
    _require_kept(settings)
    kept, files = read_backup(source)
    if kept.store != settings.store.kind:
        raise ValueError(
            f"the backup is of a store in {kept.store}, and the settings are for "
            f"{settings.store.kind}: restore it there, then use `solebook admin copy`"
        )
    with exclusive(settings):
        targets = _targets(settings, files)
        await _require_nothing(settings, files)
        for name, target in targets.items():
            await _show(name, tell, _copied(files[name], target))
        if settings.store.kind == "postgres":
            filled = restore_postgres(files[_STORE["postgres"]], _checked(settings.store_url))
            await _show("database", tell, filled)
        await migrate_store(settings)
    return kept


def end_all_sessions_of(application: Application, settings: Settings) -> EndAllSessions:
    """Return what ends the sessions that a restored backup has."""
    adapters = application.adapters
    store = adapters.store
    lifetimes = token_lifetimes(settings)
    return EndAllSessions(store.transaction, store.sessions, adapters.clock, lifetimes)


def _require_kept(settings: Settings) -> None:
    if settings.store.kind == "memory":
        raise ValueError("a store in memory is lost with its process, and has no backup")


async def _save_store(settings: Settings, target: Path) -> None:
    if settings.store.kind == "postgres":
        await dump_postgres(_checked(settings.store_url), target)
    else:
        await copy_sqlite(_file_of(settings), target)


def _checked(url: str) -> str:
    """Return the URL of a database in PostgreSQL. Raises ValueError, without its password."""
    from ..adapters.sql.engine.drivers import checked_source

    return checked_source(url)


def _targets(settings: Settings, files: Mapping[str, Path]) -> dict[str, Path]:
    """Return where the files of a backup go, the store last. A dump goes into no file."""
    return {name: place for name, place in _places(settings).items() if name in files}


def _places(settings: Settings) -> dict[str, Path]:
    """Return where the files of an exchange are, the store last."""
    folder = Path(settings.folder)
    places = {name: folder / name for name in KEYS} | {PROVIDER: journal_file(settings)}
    if settings.store.kind == "sqlite":
        places[_STORE["sqlite"]] = _file_of(settings)
    return places


async def _require_nothing(settings: Settings, files: Mapping[str, Path]) -> None:
    """Raise ValueError if there is an exchange, or any part of one.

    SQLite would play the log of a lost database into the restored one, and a key of another
    exchange would be used. Files of an interrupted restoration of the same backup may be there.
    """
    for name, place in _places(settings).items():
        is_ours = name in files and place.exists() and is_same(place, files[name])
        logs = [place.with_name(place.name + suffix) for suffix in _LOGS]
        for found in logs if is_ours else (place, *logs):
            if found.exists():
                raise ValueError(f"{found} is there already: restore into an empty folder")
    if settings.store.kind == "postgres":
        from ..adapters.sql.migrate import require_empty

        await require_empty(settings.store_url)


async def _copied(source: Path, target: Path) -> None:
    await asyncio.to_thread(copy_durably, source, target)


async def _show(stage: str, tell: Tell, work: Awaitable[None]) -> None:
    tell(stage, 0, 1)
    await work
    tell(stage, 1, 1)


def _file_of(settings: Settings) -> Path:
    from ..adapters.sql.engine.drivers import file_of

    file = file_of(settings.store_url)
    assert file is not None  # the store is SQLite's
    return file
