"""Contract of SignsOfLife."""

from datetime import timedelta

import pytest

from solebook.composition.adapters import Store

from .records import Records


async def test_new_store_has_no_sign_of_life(store: Store) -> None:
    assert await store.signs_of_life.latest() is None


async def test_latest_sign_of_life_is_found(store: Store, records: Records) -> None:
    for at in (records.instant, records.instant + timedelta(seconds=30)):
        async with store.transaction():
            await store.signs_of_life.note(at)
            assert await store.signs_of_life.latest() == at
        assert await store.signs_of_life.latest() == at


async def test_rolled_back_sign_of_life_is_not_stored(store: Store, records: Records) -> None:
    async def fail() -> None:
        async with store.transaction():
            await store.signs_of_life.note(records.instant)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await store.signs_of_life.latest() is None
