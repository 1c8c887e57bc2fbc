"""Users manage their own account."""

import asyncio
from dataclasses import replace

import pytest

from solebook.core.users.shipping_address import MAX_ADDRESSES
from solebook.ports.language.errors import InvalidText, NotFound, TooManyAddresses
from solebook.ports.language.ids import AddressId, UserId
from solebook.ports.language.users import Actor, Address, Role, User

from .accounts import Accounts, actor

HOME = {
    "street": "1 Test Street",
    "city": "Testville",
    "region": "OR",
    "postal_code": "97005",
    "country": "US",
}


# ---- names -----------------------------------------------------------------------------------


async def test_edit_changes_the_given_name_and_keeps_the_other(
    accounts: Accounts, buyer: User
) -> None:
    user = await accounts.users.edit_profile(actor(buyer), last_name=" Seller ")

    assert (user.first_name, user.last_name) == ("Test", "Seller")
    assert await accounts.store.users.get(buyer.id) == user

    user = await accounts.users.edit_profile(actor(buyer), first_name="New")
    assert (user.first_name, user.last_name) == ("New", "Seller")


async def test_edit_without_fields_changes_nothing(accounts: Accounts, buyer: User) -> None:
    assert await accounts.users.edit_profile(actor(buyer)) == buyer


async def test_invalid_name_is_refused_and_the_valid_one_is_not_saved(
    accounts: Accounts, buyer: User
) -> None:
    with pytest.raises(InvalidText):
        await accounts.users.edit_profile(actor(buyer), first_name="New", last_name=" ")

    assert await accounts.store.users.get(buyer.id) == buyer


async def test_stranger_has_no_profile(accounts: Accounts) -> None:
    stranger = Actor(UserId(accounts.ids.new()), frozenset({Role.BUYER}))

    with pytest.raises(NotFound):
        await accounts.users.edit_profile(stranger, first_name="New")


# ---- addresses -------------------------------------------------------------------------------


async def add(accounts: Accounts, user: User, **fields: str) -> Address:
    return await accounts.users.add_address(
        actor(user),
        street=fields.get("street", HOME["street"]),
        city=fields.get("city", HOME["city"]),
        region=fields.get("region", HOME["region"]),
        postal_code=fields.get("postal_code", HOME["postal_code"]),
        country=fields.get("country", HOME["country"]),
    )


async def test_added_address_belongs_to_the_user_and_allows_bids(
    accounts: Accounts, buyer: User
) -> None:
    assert not (await accounts.store.traders.standing(buyer.id)).has_address

    address = await add(accounts, buyer, city="  Testville ")

    assert list(await accounts.store.addresses.of(buyer.id)) == [address]
    assert (address.user_id, address.postal.city) == (buyer.id, "Testville")
    assert address.created_at == accounts.clock.now()
    assert (await accounts.store.traders.standing(buyer.id)).has_address


@pytest.mark.parametrize("field", ["region", "postal_code"])
async def test_region_and_postal_code_may_be_empty(
    accounts: Accounts, buyer: User, field: str
) -> None:
    await add(accounts, buyer, **{field: ""})

    assert len(await accounts.store.addresses.of(buyer.id)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("street", ""),
        ("street", "x" * 201),
        ("street", "1 Test Street\nTestville"),
        ("city", " "),
        ("city", "x" * 101),
        ("region", "x" * 101),
        ("postal_code", "x" * 21),
        ("postal_code", "97\x00005"),
        ("country", ""),
        ("country", "us"),
        ("country", "USA"),
        ("country", "U1"),
        ("country", "ÜS"),
        ("country", "US\n"),
    ],
)
async def test_invalid_address_is_refused_with_its_field_and_not_saved(
    accounts: Accounts, buyer: User, field: str, value: str
) -> None:
    with pytest.raises(InvalidText) as refused:
        await add(accounts, buyer, **{field: value})

    assert refused.value.field == field
    assert list(await accounts.store.addresses.of(buyer.id)) == []


async def test_two_concurrent_requests_cannot_exceed_20_addresses(
    accounts: Accounts, buyer: User
) -> None:
    for _ in range(MAX_ADDRESSES - 1):
        await add(accounts, buyer)

    answers = await asyncio.gather(
        add(accounts, buyer), add(accounts, buyer), return_exceptions=True
    )

    assert sum(isinstance(answer, TooManyAddresses) for answer in answers) == 1
    assert len(await accounts.store.addresses.of(buyer.id)) == MAX_ADDRESSES == 20


async def test_stranger_cannot_add_addresses(accounts: Accounts, buyer: User) -> None:
    with pytest.raises(NotFound):
        await add(accounts, replace(buyer, id=UserId(accounts.ids.new())))


async def test_removed_address_frees_its_place(accounts: Accounts, buyer: User) -> None:
    first, second = await add(accounts, buyer), await add(accounts, buyer)

    await accounts.users.remove_address(actor(buyer), first.id)

    assert list(await accounts.store.addresses.of(buyer.id)) == [second]


async def test_another_users_address_is_not_found_and_stays(
    accounts: Accounts, buyer: User
) -> None:
    other = await accounts.join("buyer-2@example.com")
    address = await add(accounts, other)

    with pytest.raises(NotFound):
        await accounts.users.remove_address(actor(buyer), address.id)
    with pytest.raises(NotFound):
        await accounts.users.remove_address(actor(buyer), AddressId(accounts.ids.new()))

    assert list(await accounts.store.addresses.of(other.id)) == [address]


# ---- payment method and payout account -------------------------------------------------------


async def test_payment_method_allows_bids_and_charges(accounts: Accounts, buyer: User) -> None:
    await accounts.users.set_payment_method(actor(buyer), token="pm_1")
    user = await accounts.users.set_payment_method(actor(buyer), token="pm_2")

    assert user.payment_method == "pm_2"
    assert (await accounts.store.traders.standing(buyer.id)).has_payment_method
    assert await accounts.store.payment_accounts.payment_method(buyer.id) == "pm_2"
    assert user.roles == {Role.BUYER}


async def test_payout_account_makes_the_user_a_seller(accounts: Accounts, buyer: User) -> None:
    user = await accounts.users.set_payout_account(actor(buyer), account="acct_1")

    assert user == await accounts.store.users.get(buyer.id)
    assert user.roles == {Role.BUYER, Role.SELLER}
    assert (await accounts.store.traders.standing(buyer.id)).has_payout_account
    assert await accounts.store.payment_accounts.payout_account(buyer.id) == "acct_1"


async def test_malformed_tokens_are_refused_and_nothing_changes(
    accounts: Accounts, buyer: User
) -> None:
    with pytest.raises(InvalidText):
        await accounts.users.set_payment_method(actor(buyer), token="")
    with pytest.raises(InvalidText):
        await accounts.users.set_payout_account(actor(buyer), account="acct 1")

    assert await accounts.store.users.get(buyer.id) == buyer
