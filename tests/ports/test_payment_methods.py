"""The contract of PaymentMethods."""

from dataclasses import replace
from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.cards import PaymentMethod
from solebook.ports.language.ids import PaymentMethodId
from solebook.ports.language.users import User

from .records import Records


async def added(store: Store, *methods: PaymentMethod) -> None:
    async with store.transaction():
        for method in methods:
            await store.payment_methods.add(method)


async def user_of(store: Store, records: Records) -> User:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    return user


async def test_cards_are_listed_oldest_first_without_removed_ones(
    store: Store, records: Records
) -> None:
    user, other = await user_of(store, records), await user_of(store, records)
    cards = [records.payment_method(user.id) for _ in range(3)]
    await added(store, *cards[::-1], records.payment_method(other.id))

    assert list(await store.payment_methods.of(user.id)) == cards

    at = records.instant + timedelta(days=1)
    async with store.transaction():
        await store.payment_methods.remove(cards[1].id, at)
    assert list(await store.payment_methods.of(user.id)) == [cards[0], cards[2]]
    removed = replace(cards[1], removed_at=at)
    assert await store.payment_methods.find(cards[1].id) == removed
    ever = await store.payment_methods.ever_of(user.id)
    assert list(ever) == [cards[0], removed, cards[2]]


async def test_a_card_is_found_by_its_id_and_by_its_users_token(
    store: Store, records: Records
) -> None:
    user, other = await user_of(store, records), await user_of(store, records)
    card, bare = records.payment_method(user.id), records.payment_method(user.id, details=None)
    await added(store, card, bare)

    assert await store.payment_methods.find(card.id) == card
    assert await store.payment_methods.find(PaymentMethodId(records.ids.new())) is None
    assert await store.payment_methods.find_by_token(user.id, bare.token) == bare
    assert await store.payment_methods.find_by_token(other.id, card.token) is None
    assert await store.payment_methods.find_by_token(user.id, "pm_unknown") is None


async def test_a_number_is_known_again_after_its_card_was_removed(
    store: Store, records: Records
) -> None:
    user, other = await user_of(store, records), await user_of(store, records)
    card = records.payment_method(user.id)
    await added(store, card)
    async with store.transaction():
        await store.payment_methods.remove(card.id, records.instant)

    assert card.details is not None
    assert card.details.fingerprint is not None
    fingerprint = card.details.fingerprint
    assert await store.payment_methods.has_had(user.id, fingerprint)
    assert not await store.payment_methods.has_had(user.id, "another")
    assert not await store.payment_methods.has_had(other.id, fingerprint)
