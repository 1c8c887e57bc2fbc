"""The keys under which values of the store may be sealed, in SQL."""

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select

from ....ports.cipher import Cipher
from ....ports.language.sealing import SealBroken
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import sealing_keys

_PLACE = "sealing_keys.proof"
_ALL = Statement(select(sealing_keys).order_by(sealing_keys.c.id))
_ADD = Statement(
    insert_or_replace(sealing_keys, sealing_keys.c.id, only_if=lambda old, _: old.proof.is_(None))
)
_REMOVE = Statement(delete(sealing_keys).where(sealing_keys.c.id == bindparam("id")))


async def note_keys(database: SqlDatabase) -> None:
    """Note the current key of a database's cipher, before anything is sealed under it.

    Raises ValueError if the cipher lacks a key under which something may be sealed, or has another
    secret of it.
    """
    cipher = database.cipher
    noted = await _proofs(database)
    if missing := [key for key in noted if key not in cipher.keys]:
        raise ValueError(
            f"encryption.keys lacks {', '.join(map(repr, missing))}: personal data in the store "
            "is sealed under it, so it could not be read"
        )
    _check_secrets(cipher, noted)
    key = cipher.current
    if key is not None and noted.get(key) is None:
        async with database.transaction():
            await database.execute(_ADD, id=key, proof=cipher.seal(_PLACE, key, key))
        _check_secrets(cipher, await _proofs(database))  # another process may have been first


async def _proofs(database: SqlDatabase) -> Mapping[str, str | None]:
    return {row.id: row.proof for row in await database.rows(_ALL)}


def _check_secrets(cipher: Cipher, noted: Mapping[str, str | None]) -> None:
    for key, proof in noted.items():
        try:
            cipher.open(_PLACE, key, proof or "")
        except SealBroken:
            raise ValueError(
                f"encryption.keys has another secret of {key!r} than that under which personal "
                "data in the store is sealed, so it could not be read"
            ) from None


async def noted_keys(database: SqlDatabase) -> list[str]:
    """Return the ids of the keys under which something may be sealed."""
    return [row.id for row in await database.rows(_ALL)]


async def forget_key(database: SqlDatabase, key: str) -> None:
    """Forget a key under which nothing is sealed any more."""
    async with database.transaction():
        await database.execute(_REMOVE, id=key)
