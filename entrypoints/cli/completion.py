"""`solebook completion`: the script that lets a shell complete commands and options."""

import argparse
from functools import partial
from typing import Any

_DESCRIPTION = """\
Prints a script with which your shell completes the commands and options of solebook. Print it anew
after an update.
"""
_EPILOG = """\
bash, in a file that it reads at its start:
  solebook completion bash > ~/.local/share/bash-completion/completions/solebook
zsh, in a folder of its $fpath:
  solebook completion zsh > ~/.zfunc/_solebook
"""


def add_to(commands: "argparse._SubParsersAction[Any]", whole: argparse.ArgumentParser) -> None:
    """Add the command to the command line, whose whole parser it completes."""
    parser = commands.add_parser(
        "completion",
        help="let your shell complete commands",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=("bash", "zsh"), help="your shell")
    parser.set_defaults(run=partial(_print_script, whole), verbose=False)


async def _print_script(whole: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    # Imported here, so that `solebook --help` works without this package.
    import shtab

    print(shtab.complete(whole, shell=options.shell))
    return 0
