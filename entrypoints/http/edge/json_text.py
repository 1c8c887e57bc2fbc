"""What a JSON text says, however it is written."""

import json
from typing import Any

import msgspec


class RepeatedKey(msgspec.ValidationError):
    """An object has a key twice. Readers of JSON disagree about which value counts (RFC 8259)."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def refuse_repeated_keys(text: bytes | str) -> None:
    """Raise RepeatedKey if an object in a JSON text has a key twice, in whatever spelling.

    A text that is not JSON is left to the decoder, which says why.
    """
    try:
        json.loads(text, object_pairs_hook=_object)
    except RepeatedKey:
        raise
    except (ValueError, RecursionError):
        return


def canonical(text: bytes) -> bytes:
    """Return a JSON text without spaces and with its keys sorted.

    Texts that say the same become equal. Raises msgspec.DecodeError for a text that is not JSON.
    """
    return msgspec.json.encode(msgspec.json.decode(text), order="sorted")


def _object(pairs: list[tuple[str, Any]]) -> None:
    keys = set()
    for key, _ in pairs:
        if key in keys:
            raise RepeatedKey(key)
        keys.add(key)
