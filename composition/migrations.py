"""The migration of the store."""

from ..config.settings import Settings
from .container import make_folder


async def migrate_store(settings: Settings) -> str | None:
    """Migrate the store and return its URL, or None if there is nothing to migrate.

    Raises Unavailable if the store is newer than this code.
    """
    if settings.store.kind == "memory":
        return None
    # Imported here, so that an exchange in memory does not need the SQL packages.
    from ..adapters.sql.migrate import migrate

    make_folder(settings)
    await migrate(settings.store_url)
    return settings.store_url
