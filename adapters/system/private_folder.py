"""A folder that only its owner can access."""

from pathlib import Path

from .durable_files import sync_folder


def private_folder(path: Path) -> Path:
    """Return the folder. If it is missing, create it for its owner only. Raises OSError.

    Its files contain password hashes, addresses and keys. The permissions of an existing folder are
    not changed. A new one is there after the power was cut, too.
    """
    missing = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)
    return path
