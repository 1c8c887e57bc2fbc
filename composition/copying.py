"""The copy of a store to another database."""

from collections.abc import Callable

import msgspec

from ..adapters.sql.engine.limits import Limits
from ..config.settings import Settings
from .exclusive import exclusive
from .sealing import cipher_of

_UNHURRIED = Limits(connections=2, statement=3_600.0, left_alone=3_600.0)
"""Limits of the target: its transaction waits while the source is read."""


def settings_for(settings: Settings, url: str) -> Settings:
    """Return the settings of the same exchange with its store at another URL, without a replica."""
    store = msgspec.structs.replace(settings.store, adapter="sqlite", url=url, replica_url=None)
    return msgspec.structs.replace(settings, store=store)


async def copy_to(
    settings: Settings, url: str, tell: Callable[[str, int, int], None]
) -> dict[str, int]:
    """Copy the configured store to the database at `url`; return the number of rows by table.

    The exchange must be stopped, and cannot be started meanwhile. The target must be migrated to
    this version and be empty. Raises OSError, ValueError and Unavailable.
    """
    from ..adapters.sql.copy_store import copy_store
    from ..adapters.sql.engine.drivers import is_open_elsewhere
    from ..adapters.sql.migrate import WrongSchema, kept_stopped
    from .sql_store import open_sql_database

    if settings.store.kind == "memory":
        raise ValueError("a store in memory can only be reached by the process that serves it")
    url, cipher = settings_for(settings, url).store_url, cipher_of(settings)
    if url == settings.store_url:
        raise ValueError("the target is the store itself: store.url is what is copied from")
    with exclusive(settings):
        if is_open_elsewhere(settings.store_url):
            raise ValueError(
                "another process has the database open: stop the exchange that is running on it, "
                "and close other programs that read it"
            )
        async with (
            open_sql_database(settings.store_url, migrate=False, cipher=cipher) as source,
            kept_stopped(settings.store_url),
        ):
            try:
                async with open_sql_database(
                    url, migrate=False, limits=_UNHURRIED, cipher=cipher
                ) as target:
                    copied = await copy_store(source, target, tell)
            except WrongSchema as error:
                raise ValueError(f"the target: {error}") from error
    return {name: contents.rows for name, contents in copied.items()}
