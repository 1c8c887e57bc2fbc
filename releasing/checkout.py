"""A checkout of the project, its commits and its tags."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from .refused import Refused
from .versions import released_versions, tag_of

MAIN = "main"
_PATIENCE = 120.0
"""Seconds for a command of git."""


@dataclass(frozen=True)
class Checkout:
    """The repository and the files in a folder."""

    folder: Path

    def git(self, *arguments: str, **variables: str) -> str:
        """Run git and return what it prints. Raises Refused with what it complains of."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode:
            raise Refused(f"git {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def released(self) -> list[Version]:
        """Return the versions that have a tag, in order."""
        return released_versions(self.git("tag", "--list").splitlines())

    def require_newer(self, version: Version) -> None:
        """Raise Refused unless a version is new and greater than the last."""
        released = self.released()
        if version in released:
            raise Refused(f"the tag {tag_of(version)} exists")
        if released and version < released[-1]:
            raise Refused(f"{version} is not greater than the last version, {released[-1]}")

    def objections(self) -> list[str]:
        """Return what forbids a release: another branch, and what is not committed."""
        found = []
        branch = self.git("branch", "--show-current")
        if branch != MAIN:
            found.append(f"the branch is {branch or 'none'} and not {MAIN}")
        if changed := self.git("status", "--porcelain"):
            found.append(f"something is not committed:\n{changed}")
        return found

    def clone_into(self, folder: Path) -> "Checkout":
        """Clone what is committed, with the tags, and return the clone."""
        self.git("clone", "--quiet", "--no-local", str(self.folder), str(folder))
        return Checkout(folder)

    def commit_and_tag(self, version: Version, author: tuple[str, str]) -> None:
        """Commit the changelog and tag it, by an author of a name and an email."""
        who = ("-c", f"user.name={author[0]}", "-c", f"user.email={author[1]}")
        self.git(*who, "commit", "--quiet", "--all", "--message", f"chore(release): {version}")
        self.git(*who, "tag", "--annotate", tag_of(version), "--message", f"solebook {version}")

    def author(self) -> tuple[str, str]:
        """Return the name and the email of who commits here. Raises Refused if git has none."""
        try:
            return self.git("config", "user.name"), self.git("config", "user.email")
        except Refused:
            raise Refused("git does not know you: git config user.name, and user.email") from None

    def time_of_commit(self) -> int:
        """Return when the last commit was made, in seconds since 1970."""
        return int(self.git("log", "-1", "--format=%ct"))

    def adopt(self, made: "Checkout", version: Version) -> None:
        """Take over the commit and the tag of a release that was made in a clone.

        Raises Refused if this branch has gone on since.
        """
        tag = f"refs/tags/{tag_of(version)}"
        self.git("fetch", "--quiet", "--no-tags", str(made.folder), "HEAD")
        self.git("merge", "--quiet", "--ff-only", "FETCH_HEAD")
        self.git("fetch", "--quiet", "--no-tags", str(made.folder), f"{tag}:{tag}")
