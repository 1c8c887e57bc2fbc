"""Idempotency keys, in memory."""

from datetime import datetime
from itertools import islice

from ...ports.idempotency_keys import IdempotencyKeys
from ...ports.language.errors import IdempotencyKeyReused, Outdated
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.placement import Placement
from ...ports.language.portions import PORTION
from .database import MemoryAdapter
from .tables import Answer, Tables


class MemoryIdempotencyKeys(MemoryAdapter, IdempotencyKeys):
    """Answers by user and key, in the same table as the placements of MemoryBooks."""

    async def find(self, key: IdempotencyKey) -> bytes | None:
        with await self._database.reading():
            answer = self._tables.answers.get(key.name)
        if answer is None:
            return None
        if answer.request != key.request:
            raise IdempotencyKeyReused(key=key.key)
        assert isinstance(answer.content, bytes), f"{key.scope} is answered by the engine"
        return answer.content

    async def remember(self, key: IdempotencyKey, answer: bytes, at: datetime) -> None:
        await self._database.writing()
        name = key.name
        if name in self._tables.answers:
            raise Outdated(what="idempotency key of user", id=key.user_id)
        self._database.put(self._tables.answers, name, Answer(key.request, answer, at))

    async def forget(self, before: datetime) -> int:
        await self._database.writing()
        answers = self._tables.answers.items()
        old = list(islice((name for name, answer in answers if answer.at < before), PORTION))
        for name in old:
            self._database.remove(self._tables.answers, name)
        return len(old)


def committed_placement(
    tables: Tables, key: IdempotencyKey
) -> Placement | IdempotencyKeyReused | None:
    """Return the placement committed under a key, or that another request used the key."""
    answer = tables.answers.get(key.name)
    if answer is None:
        return None
    if answer.request != key.request:
        return IdempotencyKeyReused(key=key.key)
    assert isinstance(answer.content, Placement), f"{key.scope} is not answered by the engine"
    return answer.content
