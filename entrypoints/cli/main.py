"""The command `solebook`."""

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ...ports.language.errors import Refusal
from ..event_loop import run
from ..garbage import looked_at_rarely
from ..logs import log_to_stderr
from . import (
    check,
    completion,
    config,
    demo,
    double,
    mail,
    migrate,
    provider,
    serve,
    simulate,
    stack,
    worker,
)
from .admin import command as admin
from .configured import add_store
from .error_text import error_text
from .importing import command as importing

_DESCRIPTION = """\
solebook is a sneaker exchange: buyers bid, sellers ask, the engine matches them, the buyer is
charged into escrow, the pair is authenticated, and only then shipped on and paid out.
"""
_EPILOG = """\
start with:
  solebook demo     watch an exchange trade real sales, then look around in it
  solebook serve    run your own exchange on http://127.0.0.1:8000
  solebook stack    run a whole deployment of servers and processes on this machine

Settings come from solebook.toml in this folder or from --config FILE. Environment variables
override them, such as SOLEBOOK_SECTION__KEY: SOLEBOOK_SERVER__PORT=9000 solebook serve
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. An error is printed as one line."""
    with looked_at_rarely():
        return _run(build_parser().parse_args(arguments))


def _run(options: argparse.Namespace) -> int:
    log_to_stderr(logging.INFO if options.verbose else options.log_level)
    try:
        command: Coroutine[Any, Any, int] = options.run(options)
        code = run(command)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who reads the output has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (Refusal, OSError, ValueError, ModuleNotFoundError) as error:
        if options.verbose:
            traceback.print_exc()
        print(f"solebook: {error_text(error)}", file=sys.stderr)
        return 1
    return code


class _ShowVersion(argparse.Action):
    """Prints the version, which is read only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print the version and exit."""
        from ... import __version__

        print(f"solebook {__version__}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with all commands."""
    parser = argparse.ArgumentParser(
        prog="solebook",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version")
    parser.set_defaults(log_level=logging.WARNING)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-v", "--verbose", action="store_true", help="log more, show tracebacks")
    ruled = argparse.ArgumentParser(add_help=False, parents=[common])
    ruled.add_argument("--config", type=Path, metavar="FILE", help="settings (solebook.toml)")
    configured = argparse.ArgumentParser(add_help=False, parents=[ruled])
    add_store(configured)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    demo.add_to(commands, common)
    stack.add_to(commands, common)
    double.add_to(commands, common)
    for command in (
        serve,
        worker,
        migrate,
        config,
        check,
        mail,
        provider,
        importing,
    ):
        command.add_to(commands, configured)
    simulate.add_to(commands, ruled)
    admin.add_to(commands, configured)
    completion.add_to(commands, parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
