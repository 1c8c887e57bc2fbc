"""A secret in a file."""

import os
import secrets
from pathlib import Path

from ..system.durable_files import sync_folder
from .access_tokens import MIN_SECRET


def load_or_create_secret(path: Path) -> bytes:
    """Return the secret in the file. If the file is missing, create it, readable by its owner only.

    Concurrent processes all get the same secret. The folder must exist. Raises ValueError if the
    file has fewer than 32 bytes, and OSError.
    """
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        _create(path)
        secret = path.read_bytes()
    if len(secret) < MIN_SECRET:
        raise ValueError(f"{path} has a secret of fewer than {MIN_SECRET} bytes; delete it")
    return secret


def _create(path: Path) -> None:
    # Write a draft and link it to the final name, which fails if another process was first. So no
    # process reads an incomplete file or a second secret.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(48).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        sync_folder(path.parent)  # or a power cut might take it, and the next start make another
    finally:
        draft.unlink()
