"""Files that only the user can read."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a file as a whole, so that a crash leaves the one before."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        written.write(text)
    new.replace(file)
