"""Contract of ApiTokens."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.api_tokens import ApiToken
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import ApiTokenId
from solebook.ports.language.paging import PageRequest

from .records import Records


async def added(store: Store, token: ApiToken) -> ApiToken:
    async with store.transaction():
        await store.api_tokens.add(token)
    return token


async def test_a_token_is_found_by_its_id(store: Store, records: Records) -> None:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    plain = await added(store, records.api_token())
    full = await added(
        store,
        records.api_token(
            owner_id=user.id,
            expires_at=records.instant + timedelta(days=1),
            revoked_at=records.instant,
            last_used_at=records.instant,
        ),
    )
    for token in (plain, full):
        assert await store.api_tokens.get(token.id) == token
        assert await store.api_tokens.find(token.id) == token
    assert await store.api_tokens.find(ApiTokenId(records.ids.new())) is None


async def test_an_unknown_token_is_not_found(store: Store, records: Records) -> None:
    unknown = ApiTokenId(records.ids.new())
    with pytest.raises(NotFound):
        await store.api_tokens.get(unknown)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.api_tokens.revoke(unknown, records.instant)


async def test_revoking_twice_keeps_the_first_instant(store: Store, records: Records) -> None:
    token, other = [await added(store, records.api_token()) for _ in range(2)]
    first = records.instant + timedelta(minutes=1)
    for at in (first, records.instant + timedelta(minutes=2)):
        async with store.transaction():
            await store.api_tokens.revoke(token.id, at)
    assert await store.api_tokens.find(token.id) == replace(token, revoked_at=first)
    assert await store.api_tokens.get(other.id) == other


async def test_tokens_are_listed_newest_first_in_pages(store: Store, records: Records) -> None:
    oldest, middle, newest = [await added(store, records.api_token()) for _ in range(3)]
    page = await store.api_tokens.page(PageRequest(limit=2))
    assert page.items == (newest, middle)
    assert page.next_cursor == middle.id
    rest = await store.api_tokens.page(PageRequest(limit=2, after=page.next_cursor))
    assert (rest.items, rest.next_cursor) == ((oldest,), None)


async def owned(store: Store, records: Records, count: int) -> list[ApiToken]:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    return [await added(store, records.api_token(owner_id=user.id)) for _ in range(count)]


async def test_a_user_lists_their_own_tokens_newest_first(store: Store, records: Records) -> None:
    mine, others = await owned(store, records, 3), await owned(store, records, 1)
    await added(store, records.api_token())
    oldest, middle, newest = mine
    owner = oldest.owner_id
    assert owner is not None
    assert list(await store.api_tokens.of(owner)) == [newest, middle, oldest]
    page = await store.api_tokens.page(PageRequest(limit=2), owner_id=owner)
    assert (page.items, page.next_cursor) == ((newest, middle), middle.id)
    after = PageRequest(limit=2, after=middle.id)
    assert (await store.api_tokens.page(after, owner_id=owner)).items == (oldest,)
    assert others[0].owner_id is not None
    assert list(await store.api_tokens.of(others[0].owner_id)) == others
    nobody = records.user().id
    assert list(await store.api_tokens.of(nobody)) == []
    assert (await store.api_tokens.page(PageRequest(), owner_id=nobody)).items == ()


async def test_a_removed_token_is_gone(store: Store, records: Records) -> None:
    [kept, removed] = await owned(store, records, 2)
    for _ in range(2):
        async with store.transaction():
            await store.api_tokens.remove(removed.id)
            await store.api_tokens.note_use(removed.id, records.instant, after=timedelta(minutes=1))
    assert await store.api_tokens.find(removed.id) is None
    assert kept.owner_id is not None
    assert list(await store.api_tokens.of(kept.owner_id)) == [kept]


async def test_a_use_is_noted_only_some_time_after_the_one_before(
    store: Store, records: Records
) -> None:
    token, other = [await added(store, records.api_token()) for _ in range(2)]
    minute, start = timedelta(minutes=1), records.instant

    async def noted(at: datetime) -> datetime | None:
        async with store.transaction():
            await store.api_tokens.note_use(token.id, at, after=minute)
        return (await store.api_tokens.get(token.id)).last_used_at

    assert await noted(start) == start
    assert await noted(start + minute - timedelta(microseconds=1)) == start
    assert await noted(start - minute) == start
    assert await noted(start + minute) == start + minute
    assert await store.api_tokens.get(other.id) == other
