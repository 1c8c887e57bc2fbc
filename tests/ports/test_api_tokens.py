"""Contract of ApiTokens."""

from dataclasses import replace
from datetime import timedelta

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


async def test_a_token_is_found_by_its_id_and_by_its_hash(store: Store, records: Records) -> None:
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
        ),
    )
    for token in (plain, full):
        assert await store.api_tokens.get(token.id) == token
        assert await store.api_tokens.find(token.token_hash) == token
    assert await store.api_tokens.find("f" * 64) is None


async def test_an_unknown_token_is_not_found(store: Store, records: Records) -> None:
    unknown = ApiTokenId(records.ids.new())
    with pytest.raises(NotFound):
        await store.api_tokens.get(unknown)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.api_tokens.revoke(unknown, records.instant)


async def test_two_tokens_never_have_one_hash(store: Store, records: Records) -> None:
    token = await added(store, records.api_token())
    with pytest.raises(AssertionError):
        await added(store, records.api_token(token_hash=token.token_hash))
    assert await store.api_tokens.find(token.token_hash) == token


async def test_revoking_twice_keeps_the_first_instant(store: Store, records: Records) -> None:
    token, other = [await added(store, records.api_token()) for _ in range(2)]
    first = records.instant + timedelta(minutes=1)
    for at in (first, records.instant + timedelta(minutes=2)):
        async with store.transaction():
            await store.api_tokens.revoke(token.id, at)
    assert await store.api_tokens.find(token.token_hash) == replace(token, revoked_at=first)
    assert await store.api_tokens.get(other.id) == other


async def test_tokens_are_listed_newest_first_in_pages(store: Store, records: Records) -> None:
    oldest, middle, newest = [await added(store, records.api_token()) for _ in range(3)]
    page = await store.api_tokens.page(PageRequest(limit=2))
    assert page.items == (newest, middle)
    assert page.next_cursor == middle.id
    rest = await store.api_tokens.page(PageRequest(limit=2, after=page.next_cursor))
    assert (rest.items, rest.next_cursor) == ((oldest,), None)
