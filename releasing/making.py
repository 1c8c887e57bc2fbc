"""The steps of a release, from the clone to the sums."""

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from packaging.version import Version

from .artefacts import write_sums
from .changelog import release_notes, shown_change
from .checkout import Checkout
from .packages import Packages, build
from .pins import write_pins
from .refused import Refused
from .sbom import write_sbom
from .site import pack_site
from .trial import try_package

Tell = Callable[[str], None]

CHANGELOG = "CHANGELOG.md"


def release_in_clone(
    checkout: Checkout, clone: Path, version: Version, author: tuple[str, str], tell: Tell
) -> Checkout:
    """Clone, commit the changelog of the version, tag it, and return the clone. Raises Refused."""
    made = checkout.clone_into(clone)
    file = clone / CHANGELOG
    old = file.read_text(encoding="utf-8")
    new = release_notes(old, version, datetime.now(UTC).date())
    file.write_text(new, encoding="utf-8")
    tell(shown_change(old, new).rstrip())
    made.commit_and_tag(version, author)
    return made


def make_artefacts(made: Checkout, version: Version, folder: Path, tell: Tell) -> None:
    """Build, check and try all files of a release from a tagged clone. Raises Refused."""
    time = made.time_of_commit()
    tell("building the packages twice")
    packages = build_twice(made, folder, time)
    check(packages, version)
    tell("building the documentation")
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        site = folder / f"solebook-docs-{version}.tar.gz"
        pack_site(made.folder, scratch / "site", site, time)
        pins = write_pins(made.folder, scratch / "pins")
        for package in packages:
            tell(f"trying {package.name} in a fresh environment")
            home = scratch / package.name
            home.mkdir()
            try_package(package, version, home, pins)
    tell("listing what it needs")
    write_sbom(made.folder, folder / f"solebook-{version}.cdx.json", version, time)
    write_sums(folder)


def build_twice(made: Checkout, folder: Path, time: int) -> Packages:
    """Build, and build again elsewhere and with another umask. Raises Refused if they differ."""
    first = build(made.folder, folder, time)
    with tempfile.TemporaryDirectory() as temporary:
        elsewhere = made.clone_into(Path(temporary, "further", "down"))
        before = os.umask(0o077)
        try:
            again = build(elsewhere.folder, Path(temporary, "again"), time)
        finally:
            os.umask(before)
        if differences := first.differences(again):
            raise Refused(f"two builds differ: {', '.join(differences)}")
    return first


def check(packages: Packages, version: Version) -> None:
    """Raise Refused if something is wrong with what is in the packages, or with their version."""
    if found := packages.faults():
        raise Refused("\n".join(found))
    built = packages.metadata().version
    if built != version:
        raise Refused(f"the packages have the version {built}")
