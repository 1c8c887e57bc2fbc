"""Answer a request once per idempotency key, and replay the answer to retries."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.idempotency_keys import IdempotencyKeys
from ...ports.language.errors import Refusal
from ...ports.language.idempotency import IdempotencyKey
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request, and whether it is a replay."""

    answer: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class AnswerOnce:
    """Stores the answer in the same transaction as the effect of the request.

    Of two concurrent requests with the same key, the second is rolled back or refused, and gets the
    answer of the first. The answer to a refused request is not stored, because nothing changed.
    """

    transaction: Transaction
    idempotency_keys: IdempotencyKeys
    clock: Clock

    async def __call__(self, key: IdempotencyKey, do: Callable[[], Awaitable[bytes]]) -> Answered:
        """Return the answer of `do`, or the stored answer if the key was used before.

        Raises IdempotencyKeyReused and what `do` raises.
        """
        if (answer := await self.idempotency_keys.find(key)) is not None:
            return Answered(answer, replayed=True)
        try:
            async with self.transaction():
                answer = await do()
                await self.idempotency_keys.remember(key, answer, self.clock.now())
        except Refusal:
            if (answer := await self.idempotency_keys.find(key)) is None:
                raise
            return Answered(answer, replayed=True)
        return Answered(answer, replayed=False)
