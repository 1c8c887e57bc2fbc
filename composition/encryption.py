"""TLS of a server's clients, from the files in the settings."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class TlsFiles(Protocol):
    """The settings of a server that name files of TLS."""

    @property
    def ca(self) -> str | None:
        """The authorities that are trusted; without them, those of the system."""

    @property
    def cert(self) -> str | None:
        """The client's own certificate."""

    @property
    def key(self) -> str | None:
        """The key of the client's certificate."""


def encryption_of(section: str, files: TlsFiles) -> ssl.SSLContext:
    """Return the client's side of TLS.

    Raises OSError if a file cannot be used, with the names of its setting in `section` and of the
    file.
    """
    with _naming(f"{section}.ca ({files.ca})"):
        context = ssl.create_default_context(cafile=files.ca)
    if files.cert is not None:
        with _naming(f"{section}.cert ({files.cert}) or {section}.key ({files.key})"):
            context.load_cert_chain(files.cert, files.key)
    return context


def authority_of(setting: str, ca: str | None) -> ssl.SSLContext | None:
    """Return what trusts the CA of a setting alone, or None without one.

    Raises OSError like `encryption_of`.
    """
    if ca is None:
        return None
    with _naming(f"{setting} ({ca})"):
        return ssl.create_default_context(cafile=ca)


@contextmanager
def _naming(files: str) -> Iterator[None]:
    """Say which files cannot be used, because the error of ssl does not."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{files} cannot be used: {error.strerror or error}") from error
