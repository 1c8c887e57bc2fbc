#!/usr/bin/env python3
"""Try, test or run solebook on a machine that has only Python 3.11 (or newer) and git.

  python3 bootstrap.py demo          run the guided tour, with sample sales
  python3 bootstrap.py test          run all checks of the project
  python3 bootstrap.py run serve     run `solebook serve`, or any other solebook command
  python3 bootstrap.py run stack     run servers and processes as in production, without Docker

Further arguments are passed on:

  python3 bootstrap.py demo --help
  python3 bootstrap.py test -s tests -- tests/core
  python3 bootstrap.py run --help

It runs uv, which installs everything into .venv in this folder. A uv on the PATH is used if it is
new enough. Otherwise uv is installed into .bootstrap in this folder. To undo everything, delete the
two folders. The exit code is that of the command.
"""

import os
import re
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
OLDEST_UV = (0, 8)
PINNED_UV = "0.13.9"
ROOT = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"

# The uv arguments of each command. The demo needs no test tools, so they are not installed.
COMMANDS = {
    "demo": ("--no-default-groups", "solebook", "demo"),
    "test": ("nox",),
    "run": ("--no-default-groups", "solebook"),
}
WITHOUT_SERVERS = ("--no-extra", "stack")
"""The servers are large, and only for the tests and the stack."""


def main(words: "list[str]") -> int:
    """Run the command line and return the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return _refuse(f"solebook needs Python 3.11 or newer, and {sys.executable} is {found}")
    if not words or words[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0 if words else 2
    if words[0] not in COMMANDS:
        known = ", ".join(sorted(COMMANDS))
        return _refuse(f"there is no '{words[0]}', only {known} (and --help)")
    try:
        uv = _uv_on_path() or _own_uv()
    except (OSError, subprocess.CalledProcessError) as error:
        return _refuse(f"uv could not be installed into .bootstrap: {error}")
    environment = dict(os.environ)
    # Use the Python that runs this script, because uv might download another one.
    environment.setdefault("UV_PYTHON", sys.executable)
    environment.pop("VIRTUAL_ENV", None)  # it may be another project's
    is_small = words[0] != "test" and not {"stack", "--stack"}.intersection(words)
    extras = ("--all-extras", *(WITHOUT_SERVERS if is_small else ()))
    command = [uv, "run", "--project", ROOT, *extras, *COMMANDS[words[0]], *words[1:]]
    # Checks run in this folder. The exchange keeps its data in the caller's folder.
    folder = ROOT if words[0] == "test" else None
    if not WINDOWS:
        # It takes the place of this process, so that signals reach it. A process that waited for it
        # would kill it a moment after Ctrl-C, whatever it has left to stop.
        if folder is not None:
            os.chdir(folder)
        os.execve(uv, command, environment)
    return subprocess.run(command, cwd=folder, env=environment).returncode


def _uv_on_path() -> "str | None":
    uv = shutil.which("uv")
    return uv if uv and _version(uv) >= OLDEST_UV else None


def _own_uv() -> str:
    folder = os.path.join(ROOT, ".bootstrap")
    programs = os.path.join(folder, "Scripts" if WINDOWS else "bin")
    uv = os.path.join(programs, "uv.exe" if WINDOWS else "uv")
    if os.path.exists(uv) and _version(uv) == _numbers(PINNED_UV):
        return uv
    _say(f"installing uv {PINNED_UV} into {folder}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = os.path.join(programs, "python.exe" if WINDOWS else "python")
    quietly = ("--quiet", "--disable-pip-version-check")
    subprocess.run([python, "-m", "pip", "install", *quietly, f"uv=={PINNED_UV}"], check=True)
    return uv


def _version(uv: str) -> "tuple[int, ...]":
    """Return the version of a uv, or () if it does not run."""
    try:
        said = subprocess.run([uv, "--version"], stdout=subprocess.PIPE, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return _numbers(said.decode())


def _numbers(text: str) -> "tuple[int, ...]":
    found = re.search(r"[0-9]+(\.[0-9]+)+", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _refuse(why: str) -> int:
    _say(why)
    return 1


def _say(what: str) -> None:
    print(f"bootstrap.py: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
