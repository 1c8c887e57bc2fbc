"""The cipher that the settings decide, and what seals a store anew."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..adapters.security.aes_cipher import AesCipher
from ..config.encryption import EncryptionKeySettings
from ..config.settings import Settings
from ..ports.cipher import Cipher
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck

if TYPE_CHECKING:
    from ..adapters.sql.resealing import Resealed


def cipher_of(settings: Settings) -> Cipher:
    """Return the cipher of the store's personal data, which without keys seals nothing.

    Raises OSError for a file that cannot be read, and ValueError for a secret that is too short.
    """
    encryption = settings.encryption
    secrets = {key.id: _secret(key) for key in encryption.keys}
    return AesCipher(secrets, encryption.current)


def check_of_encryption(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the keys, or None if the settings have none.

    Raises OSError and ValueError like `cipher_of`.
    """
    if not settings.encryption.keys:
        return None
    from ..adapters.security.check import CipherCheck

    return CipherCheck(cipher_of(settings))


def _secret(key: EncryptionKeySettings) -> bytes:
    if key.secret is not None:
        return key.secret.encode()
    assert key.file is not None, key
    try:
        return Path(key.file).read_bytes().strip()
    except OSError as error:
        raise OSError(f"{key.file}, of encryption.keys: {error.strerror or error}") from error


async def reseal_store(settings: Settings, tell: Callable[[str, int, int], None]) -> "Resealed":
    """Seal the personal values of the configured store under the current key.

    Raises OSError, ValueError and Unavailable.
    """
    from ..adapters.sql.resealing import reseal
    from .sql_store import limits_of, open_sql_database

    if settings.store.kind == "memory":
        raise ValueError("a store in memory can only be reached by the process that serves it")
    limits = replace(limits_of(settings), connections=2)
    async with open_sql_database(
        settings.store_url,
        migrate=False,
        limits=limits,
        who="solebook rotate-keys",
        cipher=cipher_of(settings),
    ) as database:
        return await reseal(database, tell)
