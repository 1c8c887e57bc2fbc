"""Settings of the encryption of personal data in the store."""

import re

from .section import Section

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class EncryptionKeySettings(Section, frozen=True):
    """A key with which personal data is sealed. Its secret is in the environment or in a file."""

    SECRETS = frozenset({"secret"})

    id: str
    secret: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(
                f"the id of a key in encryption.keys is 1 to 32 letters, digits, _ and -, "
                f"not {self.id!r}"
            )
        if (self.secret is None) == (self.file is None):
            raise ValueError(f"the key {self.id!r} in encryption.keys needs a secret or a file")


class EncryptionSettings(Section, frozen=True):
    """Which keys seal personal data in the store."""

    keys: tuple[EncryptionKeySettings, ...] = ()
    """All keys under which something may be sealed."""
    current: str | None = None
    """The id of the key that seals. Without it, values are stored as they are."""
    off: bool = False
    """Whether production may store personal data as it is."""

    def __post_init__(self) -> None:
        ids = [key.id for key in self.keys]
        if len(set(ids)) < len(ids):
            raise ValueError("two keys in encryption.keys have the same id")
        if self.current is not None and self.current not in ids:
            raise ValueError(f"encryption.keys lacks encryption.current, {self.current!r}")
        if self.current is not None and self.off:
            raise ValueError("encryption.current and encryption.off = true contradict each other")

    @property
    def is_decided(self) -> bool:
        """Whether personal data is sealed, or it is wanted that it is not."""
        return self.current is not None or self.off
