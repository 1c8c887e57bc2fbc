"""A secret that is kept in a file."""

import os
import secrets
from pathlib import Path

from .access_tokens import MIN_SECRET


def load_or_create_secret(path: Path) -> bytes:
    """Return the secret in the file, which is made first, for its owner's eyes only, if missing.

    However many processes do so at once, all get the same secret. The folder must exist. Raises
    ValueError if there are fewer than 32 bytes in the file, and OSError.
    """
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        _create(path)
        secret = path.read_bytes()
    if len(secret) < MIN_SECRET:
        raise ValueError(f"{path} holds no secret of at least {MIN_SECRET} bytes; delete it")
    return secret


def _create(path: Path) -> None:
    # Written under a name of its own and then linked, which fails if another was first: nobody
    # ever sees a file without its secret, nor a second secret.
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
    finally:
        draft.unlink()
