"""The changelog, whose section of what is unreleased becomes that of a version."""

import difflib
import re
from datetime import date

from packaging.version import Version

from .refused import Refused

_UNRELEASED = re.compile(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def release_notes(text: str, version: Version, day: date) -> str:
    """Return the changelog, in which what was unreleased is of a version and a day.

    Raises Refused.
    """
    section = _UNRELEASED.search(text)
    if section is None:
        raise Refused("CHANGELOG.md has no section '## [Unreleased]'")
    notes = section[1].strip("\n")
    if not any(line.strip() and not line.startswith("#") for line in notes.splitlines()):
        raise Refused("CHANGELOG.md has nothing under '## [Unreleased]'")
    moved = f"## [Unreleased]\n\n## [{version}] - {day}\n\n{notes}\n"
    rest = text[section.end() :]
    return text[: section.start()] + moved + ("\n" + rest if rest else "")


def shown_change(old: str, new: str) -> str:
    """Return the change of a changelog as a diff."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, "CHANGELOG.md", "CHANGELOG.md", n=2))
