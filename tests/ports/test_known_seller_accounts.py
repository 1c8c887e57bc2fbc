"""Contract of KnownSellerAccounts."""

import asyncio
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.ids import UserId
from solebook.ports.language.seller_accounts import KnownSellerAccount

from .records import Records


async def new_user(store: Store, records: Records) -> UserId:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    return user.id


async def opened(store: Store, known: KnownSellerAccount) -> KnownSellerAccount:
    async with store.transaction():
        return await store.known_seller_accounts.open_or_lock(known)


async def test_the_first_that_is_opened_for_a_user_is_kept(store: Store, records: Records) -> None:
    first = KnownSellerAccount(await new_user(store, records), records.instant)
    second = replace(first, account="acct_2", can_receive=True)
    assert await store.known_seller_accounts.find(first.user_id) is None
    assert [await opened(store, first), await opened(store, second)] == [first, first]
    assert await store.known_seller_accounts.find(first.user_id) == first


async def test_of_many_that_are_opened_at_once_all_get_the_same(
    store: Store, records: Records
) -> None:
    user_id = await new_user(store, records)
    known = [KnownSellerAccount(user_id, records.instant, f"acct_{n}") for n in range(5)]
    assert len(set(await asyncio.gather(*(opened(store, each) for each in known)))) == 1


async def test_it_is_replaced_and_found_by_its_account(store: Store, records: Records) -> None:
    users = [await new_user(store, records) for _ in range(3)]
    for user_id in users:
        await opened(store, KnownSellerAccount(user_id, records.instant))
    shared = [
        KnownSellerAccount(user_id, records.instant, "acct_1", can_receive=True, version=3)
        for user_id in users[:2]
    ]
    async with store.transaction():
        for known in shared:
            await store.known_seller_accounts.save(known)
    assert [await store.known_seller_accounts.find(user_id) for user_id in users[:2]] == shared
    assert set(await store.known_seller_accounts.users_of("acct_1")) == set(users[:2])
    assert await store.known_seller_accounts.users_of("acct_2") == []


async def test_one_that_was_never_opened_cannot_be_saved(store: Store, records: Records) -> None:
    known = KnownSellerAccount(await new_user(store, records), records.instant)
    with pytest.raises(AssertionError):
        async with store.transaction():
            await store.known_seller_accounts.save(known)
