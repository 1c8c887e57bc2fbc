"""Versions of releases and their tags."""

from collections.abc import Iterable

from packaging.version import InvalidVersion, Version

from .refused import Refused


def read_version(text: str) -> Version:
    """Return the version of a release, such as 1.2.3 or 1.2.3rc1. Raises Refused."""
    try:
        version = Version(text)
    except InvalidVersion:
        raise Refused(f"'{text}' is no version, which is as 1.2.3 or 1.2.3rc1") from None
    is_release = version.dev is None and version.post is None and version.local is None
    if not is_release or version.epoch or len(version.release) != 3 or str(version) != text:
        raise Refused(f"'{text}' is no version of a release, which is as 1.2.3 or 1.2.3rc1")
    return version


def tag_of(version: Version) -> str:
    """Return the tag of a version."""
    return f"v{version}"


def released_versions(tags: Iterable[str]) -> list[Version]:
    """Return the versions that the tags are of, in order. Other tags are left out."""
    found = []
    for tag in tags:
        try:
            found.append(read_version(tag.removeprefix("v")))
        except Refused:
            continue
    return sorted(found)


def next_version(released: list[Version]) -> Version:
    """Return a version to try a release with: the next minor one, and 0.1.0 before the first."""
    if not released:
        return Version("0.1.0")
    major, minor, _ = released[-1].release
    return Version(f"{major}.{minor + 1}.0")
