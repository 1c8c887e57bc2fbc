"""Admins set roles and suspensions."""

from datetime import timedelta

import pytest

from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.ports.language.audit import Act, AuditAction, Target, parse_reason
from solebook.ports.language.errors import Forbidden, InvalidText, InvalidToken, NotFound
from solebook.ports.language.ids import UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor, Role, User

from .accounts import Accounts, actor


async def test_admin_replaces_all_roles_of_a_user(accounts: Accounts, buyer: User) -> None:
    admin = await accounts.admin()

    await accounts.users.set_roles(
        admin, buyer.id, roles=frozenset({Role.AUTHENTICATOR}), reason="as agreed"
    )

    assert (await accounts.store.users.get(buyer.id)).roles == {Role.AUTHENTICATOR}


async def test_new_roles_revoke_all_sessions_of_that_user_only(
    accounts: Accounts, buyer: User
) -> None:
    admin = await accounts.admin()
    own = await accounts.enter("admin-1@example.com")
    sessions = [await accounts.enter(), await accounts.enter()]

    await accounts.users.set_roles(
        admin, buyer.id, roles=frozenset({Role.BUYER, Role.AUTHENTICATOR}), reason="as agreed"
    )

    for signed_in in sessions:
        with pytest.raises(InvalidToken):
            await accounts.users.authenticate_request(signed_in.access_token)
        with pytest.raises(InvalidToken):
            await accounts.users.refresh_session(refresh_token=signed_in.refresh_token)
    await accounts.users.authenticate_request(own.access_token)
    again = await accounts.enter()
    somebody, _ = await accounts.users.authenticate_request(again.access_token)
    assert somebody.has(Role.AUTHENTICATOR)


async def test_only_admins_set_roles(accounts: Accounts, buyer: User) -> None:
    everything_else = Actor(buyer.id, frozenset(Role) - {Role.ADMIN})

    with pytest.raises(Forbidden):
        await accounts.users.set_roles(
            everything_else, buyer.id, roles=frozenset({Role.ADMIN}), reason="as agreed"
        )

    assert await accounts.store.users.get(buyer.id) == buyer


async def test_admin_cannot_remove_their_own_admin_role(accounts: Accounts) -> None:
    admin = await accounts.admin()
    other = await accounts.join("admin-2@example.com")
    await accounts.users.set_roles(
        admin, other.id, roles=frozenset({Role.ADMIN}), reason="as agreed"
    )

    with pytest.raises(Forbidden):
        await accounts.users.set_roles(
            admin, admin.user_id, roles=frozenset({Role.BUYER}), reason="as agreed"
        )
    await accounts.users.set_roles(
        admin, admin.user_id, roles=frozenset({Role.ADMIN, Role.BUYER}), reason="as agreed"
    )
    await accounts.users.set_roles(
        admin, other.id, roles=frozenset({Role.BUYER}), reason="as agreed"
    )

    assert Role.ADMIN in (await accounts.store.users.get(admin.user_id)).roles
    assert (await accounts.store.users.get(other.id)).roles == {Role.BUYER}


async def test_roles_of_an_unknown_user_are_not_found(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await accounts.users.set_roles(
            await accounts.admin(),
            UserId(accounts.ids.new()),
            roles=frozenset({Role.BUYER}),
            reason="as agreed",
        )


async def test_suspension_is_set_and_lifted_by_an_admin(accounts: Accounts, buyer: User) -> None:
    admin = await accounts.admin()

    for suspended in (True, True, False):
        done = await accounts.users.set_suspension(
            admin, buyer.id, suspended=suspended, reason="as agreed"
        )
        standing = await accounts.store.traders.standing(buyer.id)
        assert done.user.suspended == standing.suspended == suspended


async def test_only_admins_suspend(accounts: Accounts, buyer: User) -> None:
    with pytest.raises(Forbidden):
        await accounts.users.set_suspension(
            actor(buyer), buyer.id, suspended=True, reason="as agreed"
        )

    assert await accounts.store.users.get(buyer.id) == buyer


async def test_admin_cannot_lift_their_own_suspension(accounts: Accounts) -> None:
    admin = await accounts.admin()
    await accounts.users.set_suspension(admin, admin.user_id, suspended=True, reason="a test")

    with pytest.raises(Forbidden):
        await accounts.users.set_suspension(admin, admin.user_id, suspended=False, reason="enough")

    assert (await accounts.store.users.get(admin.user_id)).suspended


async def audited(accounts: Accounts) -> list[Act]:
    """Return the audit log, oldest first."""
    page = await accounts.store.audit_log.page(PageRequest(limit=100))
    return [entry.act for entry in reversed(page.items)]


async def test_a_suspension_is_audited_with_actor_and_reason(
    accounts: Accounts, buyer: User
) -> None:
    admin = await accounts.admin()

    for suspended in (True, False):
        await accounts.users.set_suspension(
            admin, buyer.id, suspended=suspended, reason=f" it is {suspended} "
        )

    assert await audited(accounts) == [
        Act(
            actor_id=admin.user_id,
            action=AuditAction.SUSPENSION_SET,
            target=Target.user(buyer.id),
            reason=parse_reason(f"it is {suspended}"),
            facts={"suspended": suspended},
        )
        for suspended in (True, False)
    ]


async def test_new_roles_are_audited_with_the_old_ones(accounts: Accounts, buyer: User) -> None:
    admin = await accounts.admin()

    await accounts.users.set_roles(
        admin, buyer.id, roles=frozenset({Role.BUYER, Role.ADMIN}), reason="runs the night shift"
    )

    [act] = await audited(accounts)
    assert (act.actor_id, act.action, act.target, act.reason) == (
        admin.user_id,
        AuditAction.ROLES_SET,
        Target.user(buyer.id),
        "runs the night shift",
    )
    assert act.facts == {"before": ("buyer",), "after": ("admin", "buyer")}


@pytest.mark.parametrize("reason", ["", " ", "two\nlines", "x" * 501])
async def test_an_action_without_a_valid_reason_changes_nothing(
    accounts: Accounts, buyer: User, reason: str
) -> None:
    admin = await accounts.admin()

    with pytest.raises(InvalidText):
        await accounts.users.set_suspension(admin, buyer.id, suspended=True, reason=reason)
    with pytest.raises(InvalidText):
        await accounts.users.set_roles(
            admin, buyer.id, roles=frozenset({Role.ADMIN}), reason=reason
        )

    assert await accounts.store.users.get(buyer.id) == buyer
    assert await audited(accounts) == []


async def test_refused_actions_are_not_audited(accounts: Accounts, buyer: User) -> None:
    admin, nobody = await accounts.admin(), UserId(accounts.ids.new())

    for who, whom in ((actor(buyer), buyer.id), (admin, nobody)):
        with pytest.raises((Forbidden, NotFound)):
            await accounts.users.set_suspension(who, whom, suspended=True, reason="as agreed")
        with pytest.raises((Forbidden, NotFound)):
            await accounts.users.set_roles(who, whom, roles=frozenset(), reason="as agreed")

    assert await audited(accounts) == []


@pytest.mark.parametrize(
    ("access", "refresh"), [(timedelta(0), timedelta(1)), (timedelta(2), timedelta(1))]
)
def test_invalid_token_lifetimes_are_refused(access: timedelta, refresh: timedelta) -> None:
    with pytest.raises(ValueError, match="0 < access <= refresh"):
        TokenLifetimes(access=access, refresh=refresh)


async def test_admin_ends_all_sessions_of_a_user_and_the_log_says_how_many(
    accounts: Accounts, buyer: User
) -> None:
    admin = await accounts.admin()
    sessions = [await accounts.enter(), await accounts.enter()]

    await accounts.users.end_sessions.of_user(admin, buyer.id, reason="a lost telephone")

    for signed_in in sessions:
        with pytest.raises(InvalidToken):
            await accounts.users.authenticate_request(signed_in.access_token)
    [entry] = (await accounts.store.audit_log.page(PageRequest(), target_id=buyer.id)).items
    assert (entry.act.action, entry.act.facts) == (AuditAction.SESSIONS_ENDED, {"sessions": 2})
    with pytest.raises(Forbidden):
        await accounts.users.end_sessions.of_user(actor(buyer), admin.user_id, reason="spite")
