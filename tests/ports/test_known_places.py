"""Contract of KnownPlaces."""

from solebook.composition.adapters import Store
from solebook.ports.language.places import KnownPlace

from .records import Records


async def test_the_places_of_a_user_are_replaced_as_a_whole(store: Store, records: Records) -> None:
    user, other = records.user(), records.user()
    async with store.transaction():
        await store.users.add(user)
        await store.users.add(other)
    assert list(await store.known_places.of(user.id)) == []
    one, two = (KnownPlace(letter * 64, records.instant) for letter in "ab")
    for places in ([one], [one, two], [two]):
        async with store.transaction():
            await store.known_places.put(user.id, places)
        assert list(await store.known_places.of(user.id)) == places
    assert list(await store.known_places.of(other.id)) == []
