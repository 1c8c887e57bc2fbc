"""Challenges, in memory."""

from ...ports.challenges import Challenges
from ...ports.language.challenges import Challenge, ChallengeKind
from ...ports.language.ids import UserId
from .database import MemoryAdapter


class MemoryChallenges(MemoryAdapter, Challenges):
    """Challenges by user and kind, and an index by the secret's hash."""

    async def get(self, user_id: UserId, kind: ChallengeKind) -> Challenge | None:
        with await self._database.reading():
            return self._tables.challenges.get((user_id, kind))

    async def find(self, secret_hash: str) -> Challenge | None:
        with await self._database.reading():
            key = self._tables.challenge_by_hash.get(secret_hash)
            return None if key is None else self._tables.challenges[key]

    async def put(self, challenge: Challenge) -> None:
        await self._database.writing()
        key = challenge.user_id, challenge.kind
        before = self._tables.challenges.get(key)
        if before is not None and before.secret_hash is not None:
            self._database.remove(self._tables.challenge_by_hash, before.secret_hash)
        self._database.put(self._tables.challenges, key, challenge)
        if challenge.secret_hash is not None:
            self._database.put(self._tables.challenge_by_hash, challenge.secret_hash, key)
