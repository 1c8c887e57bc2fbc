"""The settings for a command."""

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...config.settings import Settings


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add the option `--store`."""
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the database, such as postgresql://solebook@db/solebook (store.url)",
    )


def settings_of(options: argparse.Namespace) -> "Settings":
    """Return the settings of the file, the environment and the options. Raises SettingsError."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...config.load import load_settings

    environment = dict(os.environ)
    if options.store is not None:
        environment |= {"SOLEBOOK_STORE__ADAPTER": "sqlite", "SOLEBOOK_STORE__URL": options.store}
    return load_settings(options.config, environment)


def require_exchange(settings: "Settings") -> None:
    """Raise ValueError if the store is a file in the folder that is missing.

    A command on the wrong folder would otherwise work on an empty exchange.
    """
    file = settings.store_file
    if file is not None and not file.exists():
        raise ValueError(
            f"there is no exchange in {file.parent.resolve()}: run this in the folder where it is "
            "served, or give its settings with --config"
        )
