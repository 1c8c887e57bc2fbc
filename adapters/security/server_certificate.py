"""The certificate of a server of this process, which is read again when its files change."""

import logging
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias
from weakref import WeakSet

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_log = logging.getLogger("solebook.tls")

Version: TypeAlias = Literal["1.2", "1.3"]
"""A version of TLS. Older ones are broken."""

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Those of TLS 1.2 that stay secret if the key becomes known. TLS 1.3 has no others."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, ready to be used."""

    files: tuple[bytes, bytes]
    """The contents of the certificate's file and of the key's."""
    context: ssl.SSLContext
    expires: datetime


class ServerCertificate:
    """The newest certificate in two files that can be used.

    Connections that are open keep the one that they began with.
    """

    def __init__(
        self,
        setting: str,
        cert: str,
        key: str,
        *,
        minimum: Version = "1.2",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read the files. The names of their settings begin with `setting`, such as `server.`.

        Raises OSError if they cannot be used.
        """
        self.name = setting.rstrip("._")
        self._cert = f"{setting}cert ({cert})", Path(cert)
        self._key = f"{setting}key ({key})", Path(key)
        self._minimum = minimum
        self._now = now
        self._doubt = ""
        """What was wrong with the files at the last look."""
        self.is_refused = False
        """Whether the files have a newer pair that cannot be used."""
        self.pair = self._read(None)
        _certificates.add(self)

    @property
    def context(self) -> ssl.SSLContext:
        """What a new connection is encrypted with."""
        return self.pair.context

    @property
    def files(self) -> tuple[bytes, bytes]:
        """The contents of the certificate's file and of the key's."""
        return self.pair.files

    def look(self) -> None:
        """Use what is in the files now, unless it cannot be used: then keep the pair before.

        One file is written before the other, so a pair is refused at the second look.
        """
        try:
            pair = self._read(self.pair)
        except OSError as error:
            self._refuse(str(error))
            return
        self._doubt, self.is_refused = "", False
        if pair is not self.pair:
            self.pair = pair
            _log.info("%s has a new certificate, until %s", self.name, f"{pair.expires:%Y-%m-%d}")

    def _refuse(self, problem: str) -> None:
        if problem != self._doubt:
            self._doubt = problem
        elif not self.is_refused:
            self.is_refused = True
            left = (self.pair.expires - self._now()).days
            _log.warning("%s; the certificate before is used, for %d days", problem, left)

    def _read(self, current: Pair | None) -> Pair:
        """Return the pair in the files, or the current one if that is in them."""
        files = _contents(*self._cert), _contents(*self._key)
        if current is not None and files == current.files:
            return current
        both = f"{self._cert[0]} and {self._key[0]}"
        expires = self._checked(*files)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = _VERSIONS[self._minimum]
        context.set_ciphers(_CIPHERS)
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._cert[1], self._key[1])
        except OSError as error:
            raise OSError(f"{both} cannot be used: {error.strerror or error}") from error
        if files != (_contents(*self._cert), _contents(*self._key)):
            raise OSError(f"{both} changed while they were read")
        return Pair(files, context, expires)

    def _checked(self, cert: bytes, key: bytes) -> datetime:
        """Return when a certificate expires. Raises OSError with what is wrong with the pair."""
        try:
            leaf = x509.load_pem_x509_certificates(cert)[0]
        except ValueError as error:
            raise OSError(
                f"{self._cert[0]} is no certificate in PEM: it must have the server's own first, "
                "then those between it and its authority"
            ) from error
        try:
            public = load_pem_private_key(key, None).public_key()
        except (ValueError, TypeError) as error:
            raise OSError(
                f"{self._key[0]} is no key in PEM without a passphrase: write one without"
            ) from error
        if public != leaf.public_key():
            raise OSError(
                f"{self._key[0]} is not the key of {self._cert[0]}: name the key with which the "
                "certificate was requested"
            )
        begins, expires = leaf.not_valid_before_utc, leaf.not_valid_after_utc
        if expires <= self._now():
            raise OSError(f"{self._cert[0]} expired on {expires:%Y-%m-%d}: renew it")
        if begins > self._now():
            raise OSError(
                f"{self._cert[0]} begins on {begins:%Y-%m-%d %H:%M} UTC: is this machine's time "
                "right?"
            )
        return expires


def _contents(named: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        advice = "it must be there, and the user of this process must be able to read it"
        raise OSError(f"{named} cannot be read: {error.strerror}; {advice}") from error


_certificates: "WeakSet[ServerCertificate]" = WeakSet()


def certificates() -> Collection[ServerCertificate]:
    """Return all that servers of this process have, for measurements."""
    return [*_certificates]
