"""`python -m auditing [--strict]`, which `nox -s audit` runs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .index import ask_for_vulnerabilities, ask_for_yanked
from .licences import check_licences
from .lock import Lock, check_hashes, check_pins
from .result import Result

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Audit the packages of a checkout, and return the exit code: 1 if something is wrong.

    What could not be asked is a warning, and with --strict it is wrong too.
    """
    parser = argparse.ArgumentParser(prog="nox -s audit --", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail if nobody could be asked")
    options = parser.parse_args(arguments)
    lock = Lock.of(root)
    results = [
        check_pins(lock),
        check_hashes(lock),
        check_licences(lock),
        ask_for_yanked(lock),
        ask_for_vulnerabilities(root, lock),
    ]
    for result in results:
        _tell(result)
    wrong = any(result.problems for result in results)
    unasked = [result.what for result in results if result.not_asked]
    if unasked:
        print(f"audit: WARNING: this is no pass, because nobody was asked: {', '.join(unasked)}")
    return int(wrong or (options.strict and bool(unasked)))


def _tell(result: Result) -> None:
    for problem in result.problems:
        print(f"audit: {result.what}: WRONG: {problem}")
    if result.not_asked:
        print(f"audit: {result.what}: WARNING: could not ask: {result.not_asked}")
    elif not result.problems:
        print(f"audit: {result.what}: {result.good}")


if __name__ == "__main__":
    sys.exit(main())
