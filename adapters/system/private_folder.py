"""A folder for files that are nobody else's business."""

from pathlib import Path


def private_folder(path: Path) -> Path:
    """Return the folder, which is made for its owner alone if it is missing. Raises OSError.

    Hashes of passwords, addresses and keys are in its files. One that is there stays as it is.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
