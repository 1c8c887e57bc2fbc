"""Contracts of Users, Addresses, Traders, NewestAddresses, PaymentAccounts and Recipients."""

import asyncio
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import EmailTaken, NotFound
from solebook.ports.language.market import Side
from solebook.ports.language.users import Role, TraderStanding, User

from .records import Records


async def added(store: Store, user: User) -> User:
    async with store.transaction():
        await store.users.add(user)
    return user


# ---- Users ---------------------------------------------------------------------------------------


async def test_an_added_user_is_found_whole_by_id_and_by_email(
    store: Store, records: Records
) -> None:
    plain = await added(store, records.user())
    full = await added(
        store,
        records.user(
            roles=frozenset({Role.BUYER, Role.SELLER, Role.ADMIN}),
            payment_method="pm_1",
            payout_account="acct_1",
            suspended=True,
        ),
    )
    for user in (plain, full):
        assert await store.users.get(user.id) == user
        assert await store.users.find_by_email(user.email) == user


async def test_an_unknown_user_is_not_found(store: Store, records: Records) -> None:
    await added(store, records.user())
    unknown = records.user_id()
    with pytest.raises(NotFound) as refused:
        await store.users.get(unknown)
    assert refused.value.id == unknown
    assert await store.users.find_by_email("nobody@example.com") is None


async def test_a_second_user_with_an_email_is_refused(store: Store, records: Records) -> None:
    first = await added(store, records.user())
    second = records.user(email=first.email)
    with pytest.raises(EmailTaken) as refused:
        await added(store, second)
    assert refused.value.email == first.email
    assert await store.users.find_by_email(first.email) == first
    with pytest.raises(NotFound):
        await store.users.get(second.id)


async def test_of_two_users_with_an_email_at_once_one_is_refused(
    store: Store, records: Records
) -> None:
    pair = [records.user(email="same@example.com") for _ in range(2)]
    outcomes = await asyncio.gather(*(added(store, u) for u in pair), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmailTaken", "User"]


async def test_a_saved_user_replaces_the_stored_one(store: Store, records: Records) -> None:
    user = await added(store, records.user())
    other = await added(store, records.user())
    changed = replace(
        user,
        email="new@example.com",
        password_hash="another",
        first_name="New",
        last_name="Name",
        roles=frozenset({Role.AUTHENTICATOR}),
        payment_method="pm_2",
        payout_account="acct_2",
        suspended=True,
    )
    async with store.transaction():
        await store.users.save(changed)
    assert await store.users.get(user.id) == changed
    assert await store.users.find_by_email("new@example.com") == changed
    assert await store.users.get(other.id) == other


async def test_an_email_that_was_given_up_is_free_again(store: Store, records: Records) -> None:
    user = await added(store, records.user(email="old@example.com"))
    async with store.transaction():
        await store.users.save(replace(user, email="new@example.com"))
    assert await store.users.find_by_email("old@example.com") is None
    with pytest.raises(EmailTaken):
        await added(store, records.user(email="new@example.com"))
    heir = await added(store, records.user(email="old@example.com"))
    assert await store.users.find_by_email("old@example.com") == heir


async def test_saving_an_unknown_user_is_refused(store: Store, records: Records) -> None:
    user = records.user()
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.users.save(user)
    assert await store.users.find_by_email(user.email) is None


async def test_saving_somebody_elses_email_is_refused(store: Store, records: Records) -> None:
    user, other = await added(store, records.user()), await added(store, records.user())
    with pytest.raises(EmailTaken):
        async with store.transaction():
            await store.users.save(replace(user, email=other.email))
    assert await store.users.get(user.id) == user
    assert await store.users.find_by_email(other.email) == other


# ---- Addresses -----------------------------------------------------------------------------------


async def test_addresses_are_listed_oldest_first(store: Store, records: Records) -> None:
    user, other = await added(store, records.user()), await added(store, records.user())
    streets = (f"{number} Test Street" for number in (3, 1, 2))
    addresses = [
        records.address(user.id, postal=records.postal_address(street=street)) for street in streets
    ]
    async with store.transaction():
        await store.addresses.add(addresses[0])
        await store.addresses.add(records.address(other.id))
        await store.addresses.add(addresses[1])
        await store.addresses.add(addresses[2])
    assert list(await store.addresses.of(user.id)) == addresses


async def test_user_without_addresses_has_an_empty_list(store: Store, records: Records) -> None:
    user = await added(store, records.user())
    assert list(await store.addresses.of(user.id)) == []
    assert list(await store.addresses.of(records.user_id())) == []


async def test_a_removed_address_is_gone_and_the_others_stay(
    store: Store, records: Records
) -> None:
    user = await added(store, records.user())
    gone, kept = records.address(user.id), records.address(user.id)
    async with store.transaction():
        await store.addresses.add(gone)
        await store.addresses.add(kept)
        await store.addresses.remove(user.id, gone.id)
    assert list(await store.addresses.of(user.id)) == [kept]
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.addresses.remove(user.id, gone.id)


async def test_somebody_elses_address_is_not_found(store: Store, records: Records) -> None:
    user, other = await added(store, records.user()), await added(store, records.user())
    address = records.address(other.id)
    async with store.transaction():
        await store.addresses.add(address)
    with pytest.raises(NotFound) as refused:
        async with store.transaction():
            await store.addresses.remove(user.id, address.id)
    assert refused.value.id == address.id
    assert list(await store.addresses.of(other.id)) == [address]


# ---- what other contexts read of a user ----------------------------------------------------------


async def test_a_new_users_standing_has_nothing(store: Store, records: Records) -> None:
    user = await added(store, records.user())
    assert await store.traders.standing(user.id) == TraderStanding(
        has_payment_method=False,
        has_address=False,
        has_payout_account=False,
        suspended=False,
        email_proven=True,
    )


async def test_standing_tells_what_the_user_has(store: Store, records: Records) -> None:
    buyer = await added(store, records.user(payment_method="pm_1"))
    async with store.transaction():
        await store.addresses.add(records.address(buyer.id))
    seller = await added(store, records.user(payout_account="acct_1", suspended=True))
    assert await store.traders.standing(buyer.id) == TraderStanding(
        has_payment_method=True,
        has_address=True,
        has_payout_account=False,
        suspended=False,
        email_proven=True,
    )
    assert await store.traders.standing(seller.id) == TraderStanding(
        has_payment_method=False,
        has_address=False,
        has_payout_account=True,
        suspended=True,
        email_proven=True,
    )


async def test_standing_follows_the_last_address(store: Store, records: Records) -> None:
    user = await added(store, records.user())
    address = records.address(user.id)
    async with store.transaction():
        await store.addresses.add(address)
        assert (await store.traders.standing(user.id)).has_address
    async with store.transaction():
        await store.addresses.remove(user.id, address.id)
    assert not (await store.traders.standing(user.id)).has_address


async def test_suspended_users_are_barred_from_both_sides(store: Store, records: Records) -> None:
    suspended = await added(store, records.user(suspended=True))
    user = await added(store, records.user())
    asked = [suspended.id, user.id, records.user_id()]
    assert await store.traders.barred(asked, records.instant) == {suspended.id: frozenset(Side)}
    assert await store.traders.barred([], records.instant) == {}


async def test_standing_of_an_unknown_user_is_not_found(store: Store, records: Records) -> None:
    with pytest.raises(NotFound):
        await store.traders.standing(records.user_id())


async def test_pairs_go_to_each_users_newest_address(store: Store, records: Records) -> None:
    users = [await added(store, records.user()) for _ in range(4)]
    moved, settled, homeless, unasked = users
    first, second, third, only, other = (
        records.address(user.id, postal=records.postal_address(street=f"{n} Test Street"))
        for n, user in enumerate([moved, moved, moved, settled, unasked])
    )
    async with store.transaction():
        for address in (second, only, third, other, first):  # the newest one is not added last
            await store.addresses.add(address)
        asked = [user.id for user in (moved, settled, homeless)]
        found = await store.newest_addresses.of(asked)
    assert found == {moved.id: third.postal, settled.id: only.postal}
    assert await store.newest_addresses.of(asked) == found
    async with store.transaction():
        await store.addresses.remove(moved.id, third.id)
        await store.addresses.remove(settled.id, only.id)
    assert await store.newest_addresses.of(asked) == {moved.id: second.postal}


async def test_unknown_user_has_no_newest_address(store: Store, records: Records) -> None:
    assert await store.newest_addresses.of([]) == {}
    assert await store.newest_addresses.of([records.user_id()]) == {}


async def test_payment_accounts_are_the_users_tokens(store: Store, records: Records) -> None:
    user = await added(store, records.user(payment_method="pm_1", payout_account="acct_1"))
    bare = await added(store, records.user())
    assert await store.payment_accounts.payment_method(user.id) == "pm_1"
    assert await store.payment_accounts.payout_account(user.id) == "acct_1"
    assert await store.payment_accounts.payment_method(bare.id) is None
    assert await store.payment_accounts.payout_account(bare.id) is None


async def test_many_buyers_cards_are_read_at_once(store: Store, records: Records) -> None:
    one = await added(store, records.user(payment_method="pm_1"))
    two = await added(store, records.user(payment_method="pm_2"))
    bare = await added(store, records.user())
    await added(store, records.user(payment_method="pm_3"))
    asked = [one.id, two.id, bare.id, records.user_id()]
    assert await store.payment_accounts.payment_methods(asked) == {one.id: "pm_1", two.id: "pm_2"}
    assert await store.payment_accounts.payment_methods([]) == {}


# ---- Recipients ----------------------------------------------------------------------------------


async def test_a_recipient_is_written_to_by_name_and_email_as_they_are_now(
    store: Store, records: Records
) -> None:
    user = await added(store, records.user())
    assert await store.recipients.of([user.id]) == {user.id: records.recipient(user)}
    changed = replace(user, email="new@example.com", first_name="New")
    async with store.transaction():
        await store.users.save(changed)
    assert await store.recipients.of([user.id]) == {user.id: records.recipient(changed)}


async def test_recipients_have_their_preferences_or_the_defaults(
    store: Store, records: Records
) -> None:
    plain, choosy, unasked = [await added(store, records.user()) for _ in range(3)]
    preferences = records.preferences(choosy.id)
    async with store.transaction():
        await store.preferences.put(preferences)
        await store.preferences.put(records.preferences(unasked.id))
    assert await store.recipients.of({plain.id, choosy.id, records.user_id()}) == {
        plain.id: records.recipient(plain),
        choosy.id: records.recipient(choosy, preferences),
    }
    assert await store.recipients.of([]) == {}


async def test_admins_are_the_users_with_the_role(store: Store, records: Records) -> None:
    roles = [{Role.ADMIN}, {Role.BUYER}, {Role.SELLER, Role.ADMIN}, {Role.AUTHENTICATOR}]
    users = [await added(store, records.user(roles=frozenset(held))) for held in roles]
    preferences = records.preferences(users[2].id)
    async with store.transaction():
        await store.preferences.put(preferences)
    found = await store.recipients.admins()
    assert list(found) == [records.recipient(users[0]), records.recipient(users[2], preferences)]
