"""A request that is sent again gets the answer that it was given before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.idempotency_keys import IdempotencyKeys
from ...ports.language.errors import Refusal
from ...ports.language.idempotency import IdempotencyKey
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request, and whether it was given before."""

    answer: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class AnswerOnce:
    """The answer is remembered in the transaction of what is done for it.

    Of two requests with one key at once the second is undone, or refused for what the first did,
    and gets the first's answer. What is refused changed nothing and is not remembered.
    """

    transaction: Transaction
    idempotency_keys: IdempotencyKeys
    clock: Clock

    async def __call__(self, key: IdempotencyKey, do: Callable[[], Awaitable[bytes]]) -> Answered:
        """Return the answer that `do` gives, or the one that the key was given before.

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
