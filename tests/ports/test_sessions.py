"""Contract of Sessions."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import SessionId, UserId
from solebook.ports.language.users import RefreshToken, Session
from solebook.ports.sessions import MOST_SHOWN

from .records import Records

MOMENT = timedelta(microseconds=1)


@pytest.fixture
async def user_id(store: Store, records: Records) -> UserId:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    return user.id


async def added(store: Store, session: Session) -> Session:
    async with store.transaction():
        await store.sessions.add(session)
    return session


async def with_token(store: Store, token: RefreshToken) -> RefreshToken:
    async with store.transaction():
        await store.sessions.add_token(token)
    return token


async def revoke(store: Store, session_id: SessionId, at_minute: int, records: Records) -> None:
    async with store.transaction():
        await store.sessions.revoke(session_id, records.instant + timedelta(minutes=at_minute))


async def test_an_added_session_is_found(store: Store, records: Records, user_id: UserId) -> None:
    session = await added(store, records.session(user_id))
    assert await store.sessions.get(session.id) == session


async def test_an_unknown_session_is_not_found(store: Store, records: Records) -> None:
    unknown = SessionId(records.ids.new())
    with pytest.raises(NotFound) as refused:
        await store.sessions.get(unknown)
    assert refused.value.id == unknown
    with pytest.raises(NotFound):
        await revoke(store, unknown, 0, records)


async def test_revoking_twice_keeps_the_first_instant(
    store: Store, records: Records, user_id: UserId
) -> None:
    session = await added(store, records.session(user_id))
    other = await added(store, records.session(user_id))
    await revoke(store, session.id, 1, records)
    await revoke(store, session.id, 2, records)
    revoked_at = records.instant + timedelta(minutes=1)
    assert await store.sessions.get(session.id) == replace(session, revoked_at=revoked_at)
    assert await store.sessions.get(other.id) == other


async def test_revoking_all_returns_the_sessions_that_were_open(
    store: Store, records: Records, user_id: UserId
) -> None:
    stranger = records.user()
    async with store.transaction():
        await store.users.add(stranger)
    closed, *open_ones = [await added(store, records.session(user_id)) for _ in range(3)]
    theirs = await added(store, records.session(stranger.id))
    await revoke(store, closed.id, 1, records)
    at = records.instant + timedelta(minutes=5)
    async with store.transaction():
        ended = await store.sessions.revoke_all(user_id, at)
    assert sorted(ended) == sorted(session.id for session in open_ones)
    for session in open_ones:
        assert (await store.sessions.get(session.id)).revoked_at == at
    closed_at = (await store.sessions.get(closed.id)).revoked_at
    assert closed_at == records.instant + timedelta(minutes=1)
    assert await store.sessions.get(theirs.id) == theirs
    async with store.transaction():
        assert await store.sessions.revoke_all(user_id, at) == []


async def test_all_sessions_but_one_are_ended(
    store: Store, records: Records, user_id: UserId
) -> None:
    kept, *others = [await added(store, records.session(user_id)) for _ in range(3)]
    async with store.transaction():
        ended = await store.sessions.revoke_all(user_id, records.instant, keep=kept.id)
    assert sorted(ended) == sorted(session.id for session in others)
    assert await store.sessions.open_of(user_id) == [kept]


async def test_open_sessions_are_listed_newest_first(
    store: Store, records: Records, user_id: UserId
) -> None:
    stranger = records.user()
    async with store.transaction():
        await store.users.add(stranger)
    ended, *rest = [await added(store, records.session(user_id)) for _ in range(MOST_SHOWN + 2)]
    await added(store, records.session(stranger.id))
    await revoke(store, ended.id, 1, records)
    assert await store.sessions.open_of(user_id) == rest[:0:-1]


async def test_a_source_is_known_while_there_is_a_session_from_it(
    store: Store, records: Records, user_id: UserId
) -> None:
    stranger = records.user()
    async with store.transaction():
        await store.users.add(stranger)
    session = await added(store, records.session(user_id, source="198.51.100.7"))
    await added(store, records.session(stranger.id, source="2001:db8::/64"))
    assert await store.sessions.get(session.id) == session
    assert await store.sessions.is_from(user_id, "198.51.100.7")
    await revoke(store, session.id, 1, records)
    assert await store.sessions.is_from(user_id, "198.51.100.7")
    assert not await store.sessions.is_from(user_id, "2001:db8::/64")
    assert not await store.sessions.is_from(stranger.id, "198.51.100.7")


async def test_a_token_is_found_by_its_hash(
    store: Store, records: Records, user_id: UserId
) -> None:
    session = await added(store, records.session(user_id))
    token = await with_token(store, records.refresh_token(session.id))
    await with_token(store, records.refresh_token(session.id))
    assert await store.sessions.find_token(token.token_hash) == token
    assert await store.sessions.find_token("f" * 64) is None


async def test_a_token_is_one_of_a_stored_session_and_added_once(
    store: Store, records: Records, user_id: UserId
) -> None:
    session = await added(store, records.session(user_id))
    token = await with_token(store, records.refresh_token(session.id))
    again = replace(token, expires_at=token.expires_at + timedelta(days=1))
    stray = records.refresh_token(SessionId(records.ids.new()))
    for wrong in (again, stray):
        with pytest.raises(AssertionError):
            await with_token(store, wrong)
    assert await store.sessions.find_token(token.token_hash) == token
    assert await store.sessions.find_token(stray.token_hash) is None


async def test_a_token_is_spent_once_and_still_found(
    store: Store, records: Records, user_id: UserId
) -> None:
    session = await added(store, records.session(user_id))
    token = await with_token(store, records.refresh_token(session.id))
    async with store.transaction():
        assert await store.sessions.spend_token(token.token_hash, records.instant)
    async with store.transaction():
        later = records.instant + timedelta(hours=1)
        assert not await store.sessions.spend_token(token.token_hash, later)
    spent = replace(token, spent_at=records.instant)
    assert await store.sessions.find_token(token.token_hash) == spent


async def test_an_unknown_token_cannot_be_spent(store: Store, records: Records) -> None:
    async with store.transaction():
        assert not await store.sessions.spend_token("f" * 64, records.instant)
    assert await store.sessions.find_token("f" * 64) is None


async def test_only_one_of_many_concurrent_spends_of_a_token_succeeds(
    store: Store, records: Records, user_id: UserId
) -> None:
    session = await added(store, records.session(user_id))
    token = await with_token(store, records.refresh_token(session.id))

    async def spend() -> bool:
        async with store.transaction():
            return await store.sessions.spend_token(token.token_hash, records.instant)

    assert sum(await asyncio.gather(*(spend() for _ in range(5)))) == 1


async def test_expired_tokens_are_deleted_with_sessions_that_have_no_other(
    store: Store, records: Records, user_id: UserId
) -> None:
    before = records.instant + timedelta(days=1)
    old, used, fresh = [await added(store, records.session(user_id)) for _ in range(3)]

    async def token(session: Session, expires_at: datetime) -> RefreshToken:
        return await with_token(store, records.refresh_token(session.id, expires_at=expires_at))

    expired = [await token(session, before - MOMENT) for session in (old, old, used)]
    kept = [await token(session, before) for session in (used, fresh)]
    async with store.transaction():
        assert await store.sessions.forget(before) == 3
        assert await store.sessions.forget(before) == 0
    for gone in expired:
        assert await store.sessions.find_token(gone.token_hash) is None
    for stays in kept:
        assert await store.sessions.find_token(stays.token_hash) == stays
    with pytest.raises(NotFound):
        await store.sessions.get(old.id)
    async with store.transaction():
        assert await store.sessions.revoke_all(user_id, before) == sorted([used.id, fresh.id])


async def test_sessions_are_paged_oldest_first_whether_they_have_ended(
    store: Store, records: Records, user_id: UserId
) -> None:
    sessions = [await added(store, records.session(user_id)) for _ in range(3)]
    await revoke(store, sessions[1].id, 1, records)
    first = await store.sessions.of(user_id, 2)
    rest = await store.sessions.of(user_id, 2, first[-1].id)
    assert [each.id for each in (*first, *rest)] == [each.id for each in sessions]
    assert first[1].revoked_at is not None
