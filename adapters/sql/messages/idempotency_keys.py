"""Idempotency keys, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, select

from ....ports.idempotency_keys import IdempotencyKeys
from ....ports.language.errors import IdempotencyKeyReused, Outdated
from ....ports.language.idempotency import IdempotencyKey
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.shared_read import SharedRead
from ..engine.statement import Statement, delete_portion
from ..schema import idempotency_keys

_keys = idempotency_keys.c
_FIND = Statement(select(idempotency_keys).where(one_of(_keys.key, "keys")))
REMEMBER = Statement(insert_or_skip(idempotency_keys, _keys.key, _keys.user_id))
_FORGET = Statement(
    delete_portion(idempotency_keys, _keys.answered_at < bindparam("before")), long=True
)


class SqlIdempotencyKeys(IdempotencyKeys):
    """Answers by user and key, in the same table as the placements of SqlBooks."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._answers = shared_answers(database)

    async def find(self, key: IdempotencyKey) -> bytes | None:
        answer = await self._answers(key)
        if isinstance(answer, IdempotencyKeyReused):
            raise answer
        return answer

    async def remember(self, key: IdempotencyKey, answer: bytes, at: datetime) -> None:
        if not await self._database.execute(REMEMBER, **answer_values(key, answer, at)):
            raise Outdated(what="idempotency key of user", id=key.user_id)

    async def forget(self, before: datetime) -> int:
        return await self._database.execute(_FORGET, before=before)


def answer_values(key: IdempotencyKey, answer: bytes, at: datetime) -> dict[str, object]:
    """Return an answer's values by column."""
    return {
        "user_id": key.user_id,
        "scope": key.scope,
        "key": key.key,
        "fingerprint": key.fingerprint,
        "answer": answer,
        "answered_at": at,
    }


def shared_answers(
    database: SqlDatabase,
) -> SharedRead[IdempotencyKey, bytes | IdempotencyKeyReused]:
    """Return a read that finds the answers to concurrent requests in one query."""
    return SharedRead(database, partial(find_answers, database))


async def find_answers(
    database: SqlDatabase, keys: Collection[IdempotencyKey]
) -> Mapping[IdempotencyKey, bytes | IdempotencyKeyReused]:
    """Return the answer to each request that has one, or that another request used its key."""
    rows = await database.rows(_FIND, keys={key.key for key in keys})
    stored = {(row.user_id, row.key): row for row in rows}
    answers: dict[IdempotencyKey, bytes | IdempotencyKeyReused] = {}
    for key in keys:
        row = stored.get(key.name)
        if row is not None:
            same = (row.scope, row.fingerprint) == key.request
            answers[key] = row.answer if same else IdempotencyKeyReused(key=key.key)
    return answers
