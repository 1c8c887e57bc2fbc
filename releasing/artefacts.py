"""The files of a release: their sums, and a table of them."""

from collections.abc import Sequence
from pathlib import Path

from .packages import digest

SUMS = "SHA256SUMS"


def write_sums(folder: Path) -> None:
    """Write the sums of all files in a folder, as `sha256sum --check` reads them."""
    lines = [f"{digest(file)}  {file.name}\n" for file in _files(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def table(folder: Path) -> str:
    """Return the files with their sizes and sums."""
    files = _files(folder)
    width = max(len(file.name) for file in files)
    lines = [f"{'file':{width}}  {'KiB':>7}  SHA-256"]
    lines += (
        f"{file.name:{width}}  {file.stat().st_size / 1024:7.0f}  {digest(file)}" for file in files
    )
    return "\n".join(lines)


def _files(folder: Path) -> Sequence[Path]:
    return sorted(file for file in folder.iterdir() if file.name != SUMS)
