"""A folder that only its owner can access."""

from pathlib import Path


def private_folder(path: Path) -> Path:
    """Return the folder. If it is missing, create it for its owner only. Raises OSError.

    Its files contain password hashes, addresses and keys. The permissions of an existing folder are
    not changed.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
