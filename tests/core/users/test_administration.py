"""What admins decide about users."""

from datetime import timedelta

import pytest

from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.ports.language.errors import Forbidden, InvalidToken, NotFound
from solebook.ports.language.ids import UserId
from solebook.ports.language.users import Actor, Role, User

from .accounts import Accounts, actor


async def test_admin_replaces_all_roles_of_a_user(accounts: Accounts, buyer: User) -> None:
    admin = await accounts.admin()

    await accounts.set_roles(admin, buyer.id, roles=frozenset({Role.AUTHENTICATOR}))

    assert (await accounts.store.users.get(buyer.id)).roles == {Role.AUTHENTICATOR}


async def test_new_roles_sign_the_user_out_everywhere_and_nobody_else(
    accounts: Accounts, buyer: User
) -> None:
    admin = await accounts.admin()
    own = await accounts.enter("admin-1@example.com")
    sessions = [await accounts.enter(), await accounts.enter()]

    await accounts.set_roles(admin, buyer.id, roles=frozenset({Role.BUYER, Role.AUTHENTICATOR}))

    for signed_in in sessions:
        with pytest.raises(InvalidToken):
            await accounts.authenticate_request(signed_in.access_token)
        with pytest.raises(InvalidToken):
            await accounts.refresh_session(refresh_token=signed_in.refresh_token)
    await accounts.authenticate_request(own.access_token)
    again = await accounts.enter()
    somebody, _ = await accounts.authenticate_request(again.access_token)
    assert somebody.has(Role.AUTHENTICATOR)


async def test_only_admins_set_roles(accounts: Accounts, buyer: User) -> None:
    everything_else = Actor(buyer.id, frozenset(Role) - {Role.ADMIN})

    with pytest.raises(Forbidden):
        await accounts.set_roles(everything_else, buyer.id, roles=frozenset({Role.ADMIN}))

    assert await accounts.store.users.get(buyer.id) == buyer


async def test_admin_keeps_the_own_admin_role_but_may_take_others(accounts: Accounts) -> None:
    admin = await accounts.admin()
    other = await accounts.join("admin-2@example.com")
    await accounts.set_roles(admin, other.id, roles=frozenset({Role.ADMIN}))

    with pytest.raises(Forbidden):
        await accounts.set_roles(admin, admin.user_id, roles=frozenset({Role.BUYER}))
    await accounts.set_roles(admin, admin.user_id, roles=frozenset({Role.ADMIN, Role.BUYER}))
    await accounts.set_roles(admin, other.id, roles=frozenset({Role.BUYER}))

    assert Role.ADMIN in (await accounts.store.users.get(admin.user_id)).roles
    assert (await accounts.store.users.get(other.id)).roles == {Role.BUYER}


async def test_roles_of_nobody_cannot_be_set(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await accounts.set_roles(
            await accounts.admin(), UserId(accounts.ids.new()), roles=frozenset({Role.BUYER})
        )


async def test_suspension_is_set_and_lifted_by_an_admin(accounts: Accounts, buyer: User) -> None:
    admin = await accounts.admin()

    for suspended in (True, True, False):
        user = await accounts.set_suspension(admin, buyer.id, suspended=suspended)
        standing = await accounts.store.traders.standing(buyer.id)
        assert user.suspended == standing.suspended == suspended


async def test_only_admins_suspend(accounts: Accounts, buyer: User) -> None:
    with pytest.raises(Forbidden):
        await accounts.set_suspension(actor(buyer), buyer.id, suspended=True)

    assert await accounts.store.users.get(buyer.id) == buyer


@pytest.mark.parametrize(
    ("access", "refresh"), [(timedelta(0), timedelta(1)), (timedelta(2), timedelta(1))]
)
def test_token_lifetimes_that_contradict_are_refused(access: timedelta, refresh: timedelta) -> None:
    with pytest.raises(ValueError, match="0 < access <= refresh"):
        TokenLifetimes(access=access, refresh=refresh)
