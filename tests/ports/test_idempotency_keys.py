"""Contract of IdempotencyKeys."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import IdempotencyKeyReused, Outdated
from solebook.ports.language.idempotency import IdempotencyKey

from .records import Records


def key_of(records: Records) -> IdempotencyKey:
    return IdempotencyKey(records.user_id(), "addresses", "key-1", "fingerprint-1")


async def remember(
    store: Store, key: IdempotencyKey, records: Records, answer: bytes = b"{}", minute: int = 0
) -> None:
    async with store.transaction():
        at = records.instant + timedelta(minutes=minute)
        await store.idempotency_keys.remember(key, answer, at)


async def test_an_answer_is_remembered_byte_for_byte(store: Store, records: Records) -> None:
    key = key_of(records)
    assert await store.idempotency_keys.find(key) is None
    answer = b'{"id":"1","name":"T\xc3\xabst"}\x00\xff'
    await remember(store, key, records, answer)
    assert await store.idempotency_keys.find(key) == answer


async def test_another_request_with_the_key_is_detected_by_its_fingerprint(
    store: Store, records: Records
) -> None:
    key = key_of(records)
    await remember(store, key, records)
    with pytest.raises(IdempotencyKeyReused) as refused:
        await store.idempotency_keys.find(replace(key, fingerprint="fingerprint-2"))
    assert refused.value.key == "key-1"


async def test_a_key_that_was_used_for_something_else_is_refused(
    store: Store, records: Records
) -> None:
    key = key_of(records)
    await remember(store, key, records)
    elsewhere = replace(key, scope="products")
    with pytest.raises(IdempotencyKeyReused) as refused:
        await store.idempotency_keys.find(elsewhere)
    assert refused.value.key == "key-1"
    with pytest.raises(Outdated):
        await remember(store, elsewhere, records)
    assert await store.idempotency_keys.find(key) == b"{}"


async def test_key_is_unique_per_user(store: Store, records: Records) -> None:
    key = key_of(records)
    await remember(store, key, records)
    others = [
        replace(key, user_id=records.user_id()),
        replace(key, key="key-2"),
    ]
    for other in others:
        assert await store.idempotency_keys.find(other) is None
        await remember(store, other, records, b"other")
    assert await store.idempotency_keys.find(key) == b"{}"


@pytest.mark.parametrize("fingerprint", ["fingerprint-1", "fingerprint-2"])
async def test_second_request_is_outdated(store: Store, records: Records, fingerprint: str) -> None:
    key = key_of(records)
    await remember(store, key, records, b"first")
    with pytest.raises(Outdated):
        await remember(store, replace(key, fingerprint=fingerprint), records, b"second")
    assert await store.idempotency_keys.find(key) == b"first"


async def test_only_one_of_many_concurrent_requests_is_stored(
    store: Store, records: Records
) -> None:
    key = key_of(records)
    attempts = (remember(store, key, records, str(n).encode()) for n in range(5))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Outdated) == 4


async def test_old_answers_are_forgotten_and_counted(store: Store, records: Records) -> None:
    keys = [replace(key_of(records), key=f"key-{n}") for n in range(4)]
    for minute, key in enumerate(keys):
        await remember(store, key, records, minute=minute)
    async with store.transaction():
        before = records.instant + timedelta(minutes=2)
        assert await store.idempotency_keys.forget(before) == 2
        assert await store.idempotency_keys.forget(before) == 0
    found = [await store.idempotency_keys.find(key) for key in keys]
    assert found == [None, None, b"{}", b"{}"]
    await remember(store, keys[0], records, b"again")
    assert await store.idempotency_keys.find(keys[0]) == b"again"
