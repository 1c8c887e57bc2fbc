"""The port that seals personal values before they are stored."""

from collections.abc import Collection, Sequence
from typing import Protocol


class Cipher(Protocol):
    """Seals values for one place and row each, such as `users.email` and a user's id.

    A value that is not sealed opens as it is. So one that was stored before there were keys is
    read, and with no current key the cipher seals nothing.
    """

    @property
    def current(self) -> str | None:
        """The id of the key under which it seals. None if it seals nothing."""
        ...

    @property
    def keys(self) -> Collection[str]:
        """The ids of all keys with which it opens."""
        ...

    def seal(self, place: str, row: str, text: str) -> str:
        """Return what to store of a text."""
        ...

    def open(self, place: str, row: str, stored: str) -> str:
        """Return the text. Raises NotOpened."""
        ...

    def seal_bytes(self, place: str, row: str, content: bytes) -> bytes:
        """Return what to store of bytes."""
        ...

    def open_bytes(self, place: str, row: str, stored: bytes) -> bytes:
        """Return the bytes. Raises NotOpened."""
        ...

    def is_current(self, stored: str | bytes) -> bool:
        """Whether it would seal the value under the same key again, or leave it as it is."""
        ...

    def lookup(self, place: str, text: str) -> str:
        """Return under what to store a text that must be found: its hash under the current key.

        Without a current key it is the text.
        """
        ...

    def lookups(self, place: str, text: str) -> Sequence[str]:
        """Return all under which the text may have been stored, the current one first."""
        ...
