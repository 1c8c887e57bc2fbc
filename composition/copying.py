"""The copy of a store to another database."""

from collections.abc import Callable

import msgspec

from ..adapters.system.clock import SystemClock
from ..config.settings import Settings
from .exclusive import exclusive


def settings_for(settings: Settings, url: str) -> Settings:
    """Return the settings of the same exchange with its store at another URL."""
    return msgspec.structs.replace(
        settings, store=msgspec.structs.replace(settings.store, adapter="sqlite", url=url)
    )


async def copy_to(
    settings: Settings, url: str, tell: Callable[[str, int, int], None]
) -> dict[str, int]:
    """Copy the configured store to the database at `url`; return the number of rows by table.

    The exchange must be stopped, and cannot be started meanwhile. The target must be migrated to
    this version and be empty. Raises OSError, ValueError and Unavailable.
    """
    from ..adapters.sql.copy_store import copy_store, require_stopped
    from ..adapters.sql.migrate import WrongSchema
    from .sql_store import open_sql_database

    if settings.store.kind == "memory":
        raise ValueError("a store in memory can only be reached by the process that serves it")
    url = settings_for(settings, url).store_url
    if url == settings.store_url:
        raise ValueError("the target is the store itself: store.url is what is copied from")
    with exclusive(settings):
        async with open_sql_database(settings.store_url, migrate=False) as source:
            await require_stopped(source, SystemClock().now())
            try:
                async with open_sql_database(url, migrate=False) as target:
                    copied = await copy_store(source, target, tell)
            except WrongSchema as error:
                raise ValueError(f"the target: {error}") from error
    return {name: contents.rows for name, contents in copied.items()}
