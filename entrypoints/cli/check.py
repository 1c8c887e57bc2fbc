"""`solebook check`: try every service that the settings name."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, chdir
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ports.language.text import counted
from ...ports.language.trials import TrialResult, Verdict
from .arguments import seconds
from .error_text import error_text

if TYPE_CHECKING:
    from ...config.settings import Settings

_DESCRIPTION = """\
Tries every service that the settings name, all side by side, and says what is wrong and what to
do: the settings themselves, the database, NATS, Redis, Typesense, InfluxDB, Stripe, what sends
messages, the collector of traces, and the public address. It changes nothing, and prints no secret.

The exit status is 0 if nothing fails, 1 if something does, and 2 if the settings cannot be read.
"""
_EPILOG = """\
examples:
  solebook check
  solebook check /srv/solebook          # its solebook.toml, and its secrets.env if there is one
  solebook check --only store --only nats
  solebook check --json | jq '.results[] | select(.verdict != "ok")'
"""
_SECRETS = "secrets.env"
_LIMIT = 10.0
_NOT_READ = 2
_MARKS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        parents=[common],
        help="try every service that the settings name",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="check as if run in this folder"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="try this service (repeatable)"
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=_LIMIT,
        metavar="SECONDS",
        help=f"how long each service may take, up to an hour ({_LIMIT:g})",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    # What libraries log of a failure, the table says.
    parser.set_defaults(run=check, log_level=100)


async def check(options: argparse.Namespace) -> int:
    """Print what was found, and return the exit status."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...composition.checks import check_services_of
    from .bars import progress_bars

    if options.config is not None:
        options.config = options.config.absolute()
    with ExitStack() as stack:
        try:
            stack.enter_context(chdir(options.folder or "."))
            settings, private = _read(options)
            check_services = check_services_of(
                settings, limit=options.timeout, only=set(options.only), private=private
            )
        except (OSError, ValueError) as error:
            return _not_read(error, as_json=options.json)
        bars = stack.enter_context(progress_bars())
        results = await check_services(lambda done, all_: bars.show("services", done, all_))
    if options.json:
        print(json_of(results))
    else:
        _print_table(results)
    return int(any(result.verdict is Verdict.FAILED for result in results))


def _read(options: argparse.Namespace) -> "tuple[Settings, list[Path]]":
    """Return the settings, and the files with secrets that they were read from.

    Only a folder that is named has its file of secrets read, as other commands take them from
    variables. Raises SettingsError and OSError.
    """
    from ...config.load import DEFAULT_FILE, load_settings, sources
    from ...config.tree import fields
    from ..stack.settings_file import read_secrets

    environment = dict(os.environ)
    private = []
    if options.folder is not None and Path(_SECRETS).exists():
        environment |= read_secrets(Path())
        private.append(Path(_SECRETS).absolute())
    if options.store is not None:
        environment |= {"SOLEBOOK_STORE__ADAPTER": "sqlite", "SOLEBOOK_STORE__URL": options.store}
    settings = load_settings(options.config, environment)
    file, found = options.config or DEFAULT_FILE, sources(options.config, environment)
    if any(field.is_secret and found.get(field.name) == str(file) for field in fields()):
        private.append(file.absolute())
    return settings, private


def _not_read(error: Exception, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": error_text(error)}, indent=2, ensure_ascii=False))
    print(f"solebook: {error_text(error)}", file=sys.stderr)
    return _NOT_READ


def json_of(results: Sequence[TrialResult]) -> str:
    """Return what was found as JSON."""
    return json.dumps({"results": list(map(asdict, results))}, indent=2, ensure_ascii=False)


def _print_table(results: Sequence[TrialResult]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160  # a file has no width
    table = Table(box=None, pad_edge=False)
    for title in ("service", "tried", "", "found, and what to do"):
        table.add_column(title, overflow="fold")
    table.add_column("ms", justify="right")
    for one in results:
        told = Text(one.found)
        if one.advice:
            told.append(f"\n=> {one.advice}", "bold")
        verdict = Text(one.verdict, _MARKS[one.verdict])
        table.add_row(Text(one.service), Text(one.tried), verdict, told, str(one.milliseconds))
    console.print(table)
    failed, warned = (
        sum(one.verdict is verdict for one in results)
        for verdict in (Verdict.FAILED, Verdict.WARNING)
    )
    console.print(f"{len(results)} tried: {failed} failed, {counted(warned, 'warning')}")
