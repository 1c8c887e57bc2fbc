"""A retried request has its effect once and gets the same answer."""

from dataclasses import replace
from datetime import datetime

import pytest

from solebook.core.operations.answer_once import Answered, AnswerOnce
from solebook.ports.idempotency_keys import IdempotencyKeys
from solebook.ports.language.errors import IdempotencyKeyReused, NotFound
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import UserId

from ...exchange import Exchange


@pytest.fixture
def key(exchange: Exchange) -> IdempotencyKey:
    return IdempotencyKey(UserId(exchange.app.adapters.ids.new()), "POST /x", "k", "body")


@pytest.fixture
def answer_once(exchange: Exchange) -> AnswerOnce:
    return exchange.app.operations.answer_once


class Deed:
    """The effect of a request. It counts its calls."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> bytes:
        self.times += 1
        return b"done"


class Latecomer(IdempotencyKeys):
    """Finds nothing on the first read, as if the concurrent request committed just after it."""

    def __init__(self, keys: IdempotencyKeys) -> None:
        self._keys = keys
        self.looked = 0

    async def find(self, key: IdempotencyKey) -> bytes | None:
        self.looked += 1
        return None if self.looked == 1 else await self._keys.find(key)

    async def remember(self, key: IdempotencyKey, answer: bytes, at: datetime) -> None:
        await self._keys.remember(key, answer, at)

    async def forget(self, before: datetime) -> int:
        return await self._keys.forget(before)


async def test_a_retry_has_no_effect_and_gets_the_first_answer(
    answer_once: AnswerOnce, key: IdempotencyKey
) -> None:
    deed = Deed()

    assert await answer_once(key, deed) == Answered(b"done", replayed=False)
    assert await answer_once(key, deed) == Answered(b"done", replayed=True)
    assert deed.times == 1


async def test_a_key_used_by_another_request_is_refused(
    answer_once: AnswerOnce, key: IdempotencyKey
) -> None:
    deed = Deed()
    await answer_once(key, deed)

    with pytest.raises(IdempotencyKeyReused):
        await answer_once(replace(key, fingerprint="another body"), deed)
    assert deed.times == 1


async def test_the_answer_to_a_refused_request_is_not_stored(
    answer_once: AnswerOnce, key: IdempotencyKey
) -> None:
    async def refuse() -> bytes:
        raise NotFound(what="order", id=key.user_id)

    with pytest.raises(NotFound):
        await answer_once(key, refuse)
    assert await answer_once(key, Deed()) == Answered(b"done", replayed=False)


async def test_a_concurrent_duplicate_gets_the_answer_of_the_first(
    exchange: Exchange, key: IdempotencyKey
) -> None:
    keys = Latecomer(exchange.store.idempotency_keys)
    late = AnswerOnce(exchange.store.transaction, keys, exchange.clock)
    await exchange.app.operations.answer_once(key, Deed())

    assert await late(key, Deed()) == Answered(b"done", replayed=True)
    assert keys.looked == 2
