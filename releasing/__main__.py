"""`python -m releasing [VERSION] [--dry]`, which `nox -s release` runs."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging.version import Version

from .artefacts import table
from .checkout import MAIN, Checkout
from .making import make_artefacts, release_in_clone
from .refused import Refused
from .versions import next_version, read_version, tag_of

ROOT = Path(__file__).parents[1]

_DRY_AUTHOR = ("Nobody", "nobody@example.invalid")


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Make a release of a checkout, or only try it, and return the exit code."""
    parser = argparse.ArgumentParser(prog="nox -s release --", description=__doc__)
    parser.add_argument("version", nargs="?", help="such as 1.2.3; with --dry the next minor one")
    parser.add_argument("--dry", action="store_true", help="change nothing in this checkout")
    options = parser.parse_args(arguments)
    if options.version is None and not options.dry:
        parser.error("name the version, or try it with --dry")
    try:
        return _release(Checkout(root), options.version, is_dry=options.dry)
    except Refused as why:
        print(f"release: {why}", file=sys.stderr)
        return 1


def _release(checkout: Checkout, named: str | None, *, is_dry: bool) -> int:
    version = read_version(named) if named else next_version(checkout.released())
    checkout.require_newer(version)
    objections = checkout.objections()
    if objections and not is_dry:
        raise Refused("; ".join(objections))
    author = _DRY_AUTHOR if is_dry else checkout.author()
    with tempfile.TemporaryDirectory(prefix="solebook-release-") as temporary:
        made = release_in_clone(checkout, Path(temporary, "clone"), version, author, _tell)
        folder = Path(temporary, str(version))
        make_artefacts(made, version, folder, _tell)
        target = checkout.folder / "dist" / (f"{version}-dry" if is_dry else str(version))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target)
        if not is_dry:
            _adopt(checkout, made, version, target)
    _tell(f"\n{table(target)}\n")
    if is_dry:
        _tell("this was a trial: nothing is committed or tagged, and the files are not a release")
        for objection in objections:
            _tell(f"a release would be refused: {objection}")
    else:
        _tell(_what_is_left(version, target))
    return 0


def _adopt(checkout: Checkout, made: Checkout, version: Version, target: Path) -> None:
    try:
        checkout.adopt(made, version)
    except Refused:
        shutil.rmtree(target)  # these are files of no release
        raise


def _what_is_left(version: Version, folder: Path) -> str:
    place = f"{folder.parent.name}/{folder.name}"
    return (
        f"{tag_of(version)} is committed and tagged. Nothing is pushed or uploaded; to do so:\n"
        f"  git push --atomic origin {MAIN} {tag_of(version)}\n"
        f"  uv publish {place}/*.whl {place}/solebook-{version}.tar.gz"
    )


def _tell(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
