"""Sealing with AES-256-GCM."""

import hmac
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Collection, Mapping, Sequence
from os import urandom
from typing import TYPE_CHECKING

from ...ports.cipher import Cipher
from ...ports.language.sealing import KeyMissing, SealBroken

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MIN_SECRET = 32
"""Bytes."""
_MARK = "sealed:"
_MARK_BYTES = _MARK.encode()
_AS_IT_IS = "sealed::"
"""Begins what is stored of a text that is not sealed and itself begins with the mark."""
_NONCE = 12


class AesCipher(Cipher):
    """Stores `sealed:KEY:` and then, in Base64, a random nonce and what AES-256-GCM makes of it.

    The place and the row are associated data. Each place has a key of its own, derived from the
    secret, and lookups have others. So a place takes four thousand million values under one key,
    before a nonce would be likely to come twice.
    """

    def __init__(self, secrets: Mapping[str, bytes], current: str | None) -> None:
        """Create a cipher. Raises ValueError if `current` has no secret or one is too short."""
        if current is not None and current not in secrets:
            raise ValueError(f"encryption.keys lacks encryption.current, {current!r}")
        if short := [key for key, secret in secrets.items() if len(secret) < MIN_SECRET]:
            raise ValueError(f"the secret of the key {short[0]!r} has less than {MIN_SECRET} bytes")
        self._secrets = dict(secrets)
        self._current = current
        self._prefix = "" if current is None else f"{_MARK}{current}:"
        self._prefix_bytes = self._prefix.encode()
        self._hash_of_keys = hash((current, *secrets))
        self._invalid: type[Exception] = SealBroken  # until a cipher is made
        self._ciphers: dict[tuple[str, str], AESGCM] = {}
        self._hashing: dict[tuple[str, str], bytes] = {}

    def __eq__(self, other: object) -> bool:
        """Whether it seals and opens alike: statements are compiled once for such."""
        if not isinstance(other, AesCipher):
            return NotImplemented
        return (self._current, self._secrets) == (other._current, other._secrets)

    def __hash__(self) -> int:
        return self._hash_of_keys

    @property
    def current(self) -> str | None:
        return self._current

    @property
    def keys(self) -> Collection[str]:
        return self._secrets.keys()

    # ---- values --------------------------------------------------------------------------

    def seal(self, place: str, row: str, text: str) -> str:
        if self._current is None:
            return _AS_IT_IS + text if text.startswith(_MARK) else text
        sealed = self._sealed(self._current, place, row, text.encode("utf-8", "surrogatepass"))
        return self._prefix + _base64(sealed)

    def open(self, place: str, row: str, stored: str) -> str:
        if not stored.startswith(_MARK):
            return stored
        _, key, text = _parts(stored, place, row)
        if not key:
            return text
        try:
            sealed = a2b_base64(text, strict_mode=True)
        except (NotBase64, ValueError) as error:
            raise SealBroken(place, row) from error
        if _base64(sealed) != text:  # the last bits of its last letter mean nothing
            raise SealBroken(place, row)
        return self._opened(key, place, row, sealed).decode("utf-8", "surrogatepass")

    def seal_bytes(self, place: str, row: str, content: bytes) -> bytes:
        if self._current is None:
            is_like_sealed = content.startswith(_MARK_BYTES)
            return _AS_IT_IS.encode() + content if is_like_sealed else content
        return self._prefix_bytes + self._sealed(self._current, place, row, content)

    def open_bytes(self, place: str, row: str, stored: bytes) -> bytes:
        if not stored.startswith(_MARK_BYTES):
            return stored
        key, colon, sealed = stored.removeprefix(_MARK_BYTES).partition(b":")
        if not colon:
            raise SealBroken(place, row)
        if not key:
            return sealed
        return self._opened(key.decode("utf-8", "replace"), place, row, sealed)

    def is_current(self, stored: str | bytes) -> bool:
        mark, prefix, plain = _MARK, self._prefix, _AS_IT_IS
        text = stored if isinstance(stored, str) else stored[:64].decode("utf-8", "replace")
        if self._current is None:
            return not text.startswith(mark) or text.startswith(plain)
        return text.startswith(prefix)

    def _sealed(self, key: str, place: str, row: str, content: bytes) -> bytes:
        nonce = urandom(_NONCE)
        return nonce + self._cipher(key, place).encrypt(nonce, content, _associated(place, row))

    def _opened(self, key: str, place: str, row: str, sealed: bytes) -> bytes:
        if key not in self._secrets:
            raise KeyMissing(key, place)
        nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
        cipher = self._cipher(key, place)
        try:
            return cipher.decrypt(nonce, rest, _associated(place, row))
        except (self._invalid, ValueError) as error:
            raise SealBroken(place, row) from error

    def _cipher(self, key: str, place: str) -> "AESGCM":
        cipher = self._ciphers.get((key, place))
        if cipher is None:
            from cryptography.exceptions import InvalidTag
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._invalid = InvalidTag
            cipher = AESGCM(self._derived(key, f"seal\0{place}"))
            self._ciphers[key, place] = cipher
        return cipher

    def _derived(self, key: str, purpose: str) -> bytes:
        return hmac.digest(self._secrets[key], purpose.encode(), "sha256")

    # ---- lookups -------------------------------------------------------------------------

    def lookup(self, place: str, text: str) -> str:
        return text if self._current is None else self._hash(self._current, place, text)

    def lookups(self, place: str, text: str) -> Sequence[str]:
        hashes = [self._hash(key, place, text) for key in self._secrets]
        return [*dict.fromkeys((self.lookup(place, text), *hashes, text))]

    def _hash(self, key: str, place: str, text: str) -> str:
        secret = self._hashing.get((key, place))
        if secret is None:
            secret = self._hashing[key, place] = self._derived(key, f"lookup\0{place}")
        digest = hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256")
        return f"{_MARK}{key}:{digest.hex()}"


NO_CIPHER = AesCipher({}, None)
"""Stores everything as it is."""


def _base64(content: bytes) -> str:
    return b2a_base64(content, newline=False).decode()


def _associated(place: str, row: str) -> bytes:
    return f"{place}\0{row}".encode()


def _parts(stored: str, place: str, row: str) -> Sequence[str]:
    parts = stored.split(":", 2)
    if len(parts) != 3:  # mark, key and text
        raise SealBroken(place, row)
    return parts
