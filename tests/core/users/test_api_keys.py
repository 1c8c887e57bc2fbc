"""API keys of users: made by people, bounded, told of, and seldom written."""

from datetime import datetime, timedelta

import pytest

from solebook.core.users.create_api_key import MAX_ENDED_KEYS, MAX_KEYS, MAX_NEW_KEYS
from solebook.core.users.issue_api_token import IssuedApiToken
from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.errors import (
    Forbidden,
    InvalidToken,
    RateLimited,
    TooManyApiKeys,
    Unavailable,
)
from solebook.ports.language.ids import ApiTokenId
from solebook.ports.language.users import OPERATOR, Actor, Role, User

from .accounts import Accounts, actor
from .proving import Proving


async def create(accounts: Accounts, owner: Actor, *scopes: KeyScope) -> IssuedApiToken:
    return await accounts.users.create_api_key(
        owner, name="my bot", scopes=scopes or (KeyScope.READ,)
    )


async def test_a_key_acts_for_its_owner_alone_and_makes_no_other_key(
    accounts: Accounts, buyer: User
) -> None:
    key = await create(accounts, actor(buyer))
    other = await accounts.join("buyer-2@example.com")
    caller = await accounts.users.authenticate_caller(key.token)
    assert caller.actor == Actor(buyer.id, buyer.roles, key.record.id)
    with pytest.raises(Forbidden):
        await accounts.users.authenticate_caller(key.token, acting_for=other.id)
    assert caller.actor is not None
    with pytest.raises(Forbidden):
        await create(accounts, caller.actor)
    with pytest.raises(Forbidden):
        await accounts.users.revoke_api_key(caller.actor, key.record.id)


async def test_a_key_has_the_roles_of_now_and_an_admins_only_within_its_scope(
    accounts: Accounts, buyer: User
) -> None:
    admin = Actor(buyer.id, frozenset({Role.BUYER, Role.ADMIN}))
    await accounts.users.set_roles(OPERATOR, buyer.id, roles=admin.roles)
    trader = await create(accounts, admin, KeyScope.READ, KeyScope.TRADE)
    staff = await create(accounts, admin, KeyScope.ADMIN)
    authenticate = accounts.users.authenticate_caller
    for key, roles in ((trader, {Role.BUYER}), (staff, admin.roles)):
        caller = await authenticate(key.token)
        assert caller.actor is not None
        assert caller.actor.roles == roles
    await accounts.users.set_roles(OPERATOR, buyer.id, roles=buyer.roles)
    assert (await authenticate(staff.token)).actor == Actor(buyer.id, buyer.roles, staff.record.id)


async def test_the_number_of_keys_is_bounded_and_so_is_that_of_ended_ones(
    accounts: Accounts, buyer: User
) -> None:
    owner = actor(buyer)
    keys = [await create(accounts, owner) for _ in range(MAX_KEYS)]
    with pytest.raises(TooManyApiKeys):
        await create(accounts, owner)
    for _ in range(MAX_ENDED_KEYS + 2):
        await accounts.clock.advance(timedelta(hours=2))
        await accounts.users.revoke_api_key(owner, keys.pop().record.id)
        keys.append(await create(accounts, owner))
    stored = await accounts.store.api_tokens.of(buyer.id)
    # The last revocation comes before the last creation, which removes what is beyond the limit.
    assert len(stored) == MAX_KEYS + MAX_ENDED_KEYS
    assert {key.record.id for key in keys} <= {key.id for key in stored}


async def test_who_revokes_keys_all_the_time_creates_no_more_than_40_a_day(
    accounts: Accounts, buyer: User
) -> None:
    owner, start = actor(buyer), accounts.clock.now()
    for _ in range(MAX_NEW_KEYS):
        key = await create(accounts, owner)
        await accounts.users.revoke_api_key(owner, key.record.id)
        await accounts.clock.advance(timedelta(minutes=1))
    with pytest.raises(RateLimited) as refused:
        await create(accounts, owner)
    day = timedelta(days=1)
    assert refused.value.retry_after == (start + day - accounts.clock.now()).total_seconds()
    await accounts.clock.advance(timedelta(seconds=refused.value.retry_after))
    await create(accounts, owner)


async def test_an_admin_revokes_a_key_that_leaked(accounts: Accounts, buyer: User) -> None:
    key = await create(accounts, actor(buyer))
    await accounts.users.revoke_api_token(OPERATOR, key.record.id, reason="it was in a log")
    with pytest.raises(InvalidToken, match="revoked"):
        await accounts.users.authenticate_caller(key.token)


async def test_a_use_is_written_once_a_minute_and_a_failure_stops_nobody(
    accounts: Accounts, buyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, start = await create(accounts, actor(buyer)), accounts.clock.now()
    written: list[datetime] = []
    tokens = accounts.store.api_tokens
    real = tokens.note_use

    async def note_use(token_id: ApiTokenId, at: datetime, *, after: timedelta) -> None:
        written.append(at)
        await real(token_id, at, after=after)

    monkeypatch.setattr(tokens, "note_use", note_use)
    for seconds in (0, 1, 58, 1):  # up to a minute after the first
        await accounts.clock.advance(timedelta(seconds=seconds))
        await accounts.users.authenticate_caller(key.token)
    assert written == [start, start + timedelta(minutes=1)]
    assert (await tokens.get(key.record.id)).last_used_at == written[-1]

    async def fail(*_: object, **__: object) -> None:
        raise Unavailable(what="the store")

    monkeypatch.setattr(tokens, "note_use", fail)
    await accounts.clock.advance(timedelta(minutes=1))
    assert (await accounts.users.authenticate_caller(key.token)).token is not None


async def test_the_owner_is_told_by_mail_and_a_new_password_leaves_the_key() -> None:
    exchange = Proving()
    users, scopes = exchange.app.users, [KeyScope.TRADE]
    owner = await exchange.joined()
    created = await users.create_api_key(owner, name="my bot", scopes=scopes)
    await exchange.workers.settle()
    [mail] = [mail for mail in exchange.mails if mail.subject == "Api key created"]
    assert mail.to == "buyer@example.com"
    assert "my bot" in mail.text
    assert "trade" in mail.text
    assert created.token not in mail.text

    await users.request_password_reset("buyer@example.com")
    await exchange.workers.settle()
    await users.reset_password(exchange.secret(), password="staple battery horse")
    assert (await users.authenticate_caller(created.token)).token is not None
