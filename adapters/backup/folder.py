"""The folder of a backup: its files, and a list of them with their checksums."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LIST = "backup.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup says of itself: when it was made, by which version, of which kind of store."""

    made_at: str
    """In UTC, ISO 8601."""
    version: str
    store: str
    """`sqlite` or `postgres`."""


@contextmanager
def new_backup(folder: Path, kept: Kept) -> Iterator[Path]:
    """Yield a folder for the files of a backup, which is at `folder` once it is complete.

    Only its owner can read it. What an interrupted backup has left is removed. Raises
    FileExistsError if there is something at `folder` already, OSError.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already: name a new folder for the backup")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        yield unfinished
        files = sorted(file for file in unfinished.iterdir() if file.is_file())
        _write_list(unfinished, files, kept)
        for file in (*files, unfinished / _LIST):
            file.chmod(0o600)  # the copies that people make of it keep the permissions
            _sync(file)
        _sync(unfinished)
        unfinished.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def read_backup(folder: Path) -> tuple[Kept, Mapping[str, Path]]:
    """Return what a backup says of itself, and its files by name, after comparing their checksums.

    Raises ValueError if it is no backup, is incomplete or was changed; OSError.
    """
    listed = folder / _LIST
    if not listed.is_file():
        raise ValueError(f"{folder} is no complete backup: it has no {_LIST}")
    try:
        said = json.loads(listed.read_bytes())
        kept = Kept(**said["backup"])
        checksums: dict[str, str] = dict(said["files"])
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{listed} is damaged, or of another version") from error
    files = {name: folder / name for name in checksums}
    for name, file in files.items():
        if Path(name).name != name or not file.is_file():
            raise ValueError(f"{file} is missing from the backup")
        if _checksum(file) != checksums[name]:
            raise ValueError(f"{file} is damaged: it is not what was backed up")
    return kept, files


def is_same(file: Path, other: Path) -> bool:
    """Return whether two files have the same content. Raises OSError."""
    return _checksum(file) == _checksum(other)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file for its owner only. It is at the target once it is complete. Raises OSError."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    shutil.copyfile(source, unfinished)
    _sync(unfinished)
    unfinished.rename(target)
    _sync(target.parent)


def _write_list(folder: Path, files: list[Path], kept: Kept) -> None:
    said = {
        "backup": {"made_at": kept.made_at, "version": kept.version, "store": kept.store},
        "files": {file.name: _checksum(file) for file in files},
    }
    (folder / _LIST).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def _checksum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
