"""The exchange that a command works on."""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...composition.application import Application


def is_served(options: argparse.Namespace) -> bool:
    """Return whether an exchange runs on the configured folder. Raises OSError, ValueError."""
    from ...composition.exclusive import is_running
    from ...config.load import load_settings

    return is_running(load_settings(options.config, os.environ))


@asynccontextmanager
async def opened_application(
    options: argparse.Namespace, *, may_be_new: bool = False
) -> AsyncIterator[Application]:
    """Open the configured exchange, which may be running in another process meanwhile.

    Raises ValueError for one in memory, which no other process can reach, for a folder without any
    unless it `may_be_new`, since a new one would answer every question wrongly, and for a database
    with another schema: migrating it would break an older exchange that runs on it.
    """
    # Imported here, so that `solebook --help` is quick and needs none of it.
    from ...composition.container import open_application
    from ...config.load import load_settings

    settings = load_settings(options.config, os.environ)
    if settings.store.adapter == "memory":
        raise ValueError(
            "a store in memory is out of reach for any process but the one that serves it"
        )
    file = settings.store_file
    missing = file if file is not None and not file.exists() else None
    if missing is not None and not may_be_new:
        raise ValueError(
            f"there is no exchange in {missing.parent.resolve()}: stand in the folder in which it "
            "is served, or name its settings with --config"
        )
    async with open_application(settings, migrate=missing is not None) as application:
        yield application
