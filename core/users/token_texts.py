"""The text of a program's token: a prefix, its id, a secret, and a checksum.

All but the prefix is in letters and digits, so that a double click selects it. By the prefix and
the checksum, tools that look for leaked secrets recognise it without asking the exchange.
"""

import hashlib
import string
import zlib
from uuid import UUID

from ...ports.language.ids import ApiTokenId

PREFIX = "sole_"
"""How every token begins, so that it is recognised, also where it does not belong."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID, _SECRET, _CHECKSUM = 22, 43, 6
"""How many characters hold 128, 256 and 32 bits."""
_LENGTH = len(PREFIX) + _ID + _SECRET + _CHECKSUM


def token_text(token_id: ApiTokenId, secret: str) -> str:
    """Return the text of a token, which has the 256 bits of a random `secret`."""
    number = int.from_bytes(hashlib.sha256(secret.encode()).digest(), "big")
    text = shown_prefix(token_id) + _written(number, _SECRET)
    return text + _checksum(text)


def shown_prefix(token_id: ApiTokenId) -> str:
    """Return how the text of a token begins. It tells tokens apart, and is no secret."""
    return PREFIX + _written(token_id.int, _ID)


def token_id_of(text: str) -> ApiTokenId | None:
    """Return the id in a text, or None if it is no token: too short, or mistyped."""
    if len(text) != _LENGTH or not text.isascii() or not text.startswith(PREFIX):
        return None
    if _checksum(text[:-_CHECKSUM]) != text[-_CHECKSUM:]:
        return None
    try:
        return ApiTokenId(UUID(int=_read(text[len(PREFIX) :][:_ID])))
    except ValueError:
        return None


def _checksum(text: str) -> str:
    return _written(zlib.crc32(text.encode()), _CHECKSUM)


def _written(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _read(text: str) -> int:
    number = 0
    for character in text:
        number = number * len(_ALPHABET) + _ALPHABET.index(character)
    return number
