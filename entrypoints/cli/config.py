"""`solebook config`: show the settings, and the schema of their file."""

import argparse
import json
import os
from typing import Any

from .configured import settings_of

_SHOW = """\
Shows every setting of this folder's exchange, and where it was read: in the file, in a variable, or
nowhere, if it is the default. Secrets are not shown, only whether they are set, and of URLs neither
user nor password. Wrong settings are an error, so it checks them too.
"""
_SCHEMA = """\
Prints the JSON Schema of solebook.toml, with which an editor completes and checks the file, and a
pipeline can check it without starting anything. Secrets that belong into variables are not in it.
"""
_EPILOG = """\
examples:
  solebook config show
  solebook config show --changed
  solebook config show --json | jq '.["market.tick"].value'
  solebook config schema > solebook.schema.json
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "config",
        help="show the settings, or the schema of their file",
        description=_SHOW,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser(
        "show", parents=[common], help="show every setting", description=_SHOW
    )
    show.add_argument("--json", action="store_true", help="as JSON")
    show.add_argument("--changed", action="store_true", help="only those that are not the default")
    show.set_defaults(run=show_settings)
    schema = actions.add_parser("schema", help="print the JSON Schema", description=_SCHEMA)
    schema.set_defaults(run=print_schema, verbose=False)


async def show_settings(options: argparse.Namespace) -> int:
    """Print the settings."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...config.load import sources
    from ...config.shown import shown_settings

    found = sources(options.config, os.environ)
    if options.store is not None:
        found["store.url"] = "--store"
    shown = [
        setting
        for setting in shown_settings(settings_of(options), found)
        if setting.source is not None or not options.changed
    ]
    if options.json:
        values = {name: {"value": value, "source": source} for name, value, source in shown}
        print(json.dumps(values, indent=2, ensure_ascii=False))
        return 0
    width = max((len(setting.name) for setting in shown), default=0)
    for setting in shown:
        source = f"  # {setting.source}" if setting.source else ""
        print(f"{setting.name:<{width}} = {setting.text}{source}")
    return 0


async def print_schema(_: argparse.Namespace) -> int:
    """Print the JSON Schema of a settings file."""
    from ...config.schema import settings_schema

    print(json.dumps(settings_schema(), indent=2))
    return 0
