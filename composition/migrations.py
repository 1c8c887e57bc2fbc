"""The migration of the store."""

import re

from ..config.settings import Settings
from .exclusive import is_running
from .folder import make_folder, require_sound_log


async def migrate_store(settings: Settings, *, empty: bool = False) -> str | None:
    """Migrate the store and return its URL without secrets, or None if there is nothing to migrate.

    Raises Unavailable, and ValueError if the store is newer than this code, or if it has to be
    `empty` and is not.
    """
    if settings.store.kind == "memory":
        return None
    # Imported here, so that an exchange in memory does not need the SQL packages.
    from ..adapters.sql.migrate import migrate

    make_folder(settings)
    if not settings.is_shared and not is_running(settings):
        require_sound_log(settings)
    await migrate(settings.store_url, empty=empty)
    return without_secrets(settings.store_url)


def without_secrets(url: str) -> str:
    """Return a database's URL without password and options.

    >>> without_secrets("postgresql://solebook:hunter2@db/solebook?sslmode=require&password=hunter3")
    'postgresql://solebook@db/solebook'
    """
    return re.sub(r"(?<=://)([^/@:]*):[^/]*@", r"\1@", url.partition("?")[0])
