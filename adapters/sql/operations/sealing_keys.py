"""The keys under which values of the store may be sealed, in SQL."""

from sqlalchemy import bindparam, delete, select

from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import sealing_keys

_ALL = Statement(select(sealing_keys.c.id).order_by(sealing_keys.c.id))
_ADD = Statement(insert_or_skip(sealing_keys, sealing_keys.c.id))
_REMOVE = Statement(delete(sealing_keys).where(sealing_keys.c.id == bindparam("id")))


async def note_keys(database: SqlDatabase) -> None:
    """Note the current key of a database's cipher, before anything is sealed under it.

    Raises ValueError if the cipher lacks a key under which something may be sealed.
    """
    cipher = database.cipher
    noted = await noted_keys(database)
    if missing := [key for key in noted if key not in cipher.keys]:
        raise ValueError(
            f"encryption.keys lacks {', '.join(map(repr, missing))}: personal data in the store "
            "is sealed under it, so it could not be read"
        )
    if cipher.current is not None and cipher.current not in noted:
        async with database.transaction():
            await database.execute(_ADD, id=cipher.current)


async def noted_keys(database: SqlDatabase) -> list[str]:
    """Return the ids of the keys under which something may be sealed."""
    return [row.id for row in await database.rows(_ALL)]


async def forget_key(database: SqlDatabase, key: str) -> None:
    """Forget a key under which nothing is sealed any more."""
    async with database.transaction():
        await database.execute(_REMOVE, id=key)
