"""Contract of Challenges."""

from dataclasses import replace
from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.challenges import Challenge, ChallengeKind

from .records import Records

HASH, OTHER = "a" * 64, "b" * 64


async def test_the_newest_challenge_of_a_kind_is_kept_and_found_by_its_secret(
    store: Store, records: Records
) -> None:
    user = records.user()
    asked = Challenge(user.id, ChallengeKind.EMAIL, user.email, records.instant, records.instant)
    other = replace(asked, kind=ChallengeKind.PASSWORD)
    async with store.transaction():
        await store.users.add(user)
        await store.challenges.put(asked)
        await store.challenges.put(other)
    assert await store.challenges.get(user.id, ChallengeKind.EMAIL) == asked
    assert await store.challenges.get(user.id, ChallengeKind.PHONE) is None
    assert await store.challenges.find(HASH) is None

    sent = asked
    for hashed in (HASH, OTHER):
        sent = replace(asked.sent(hashed, records.instant + timedelta(hours=1)), failures=2)
        async with store.transaction():
            await store.challenges.put(sent)
        assert await store.challenges.find(hashed) == sent
    assert await store.challenges.find(HASH) is None

    async with store.transaction():
        await store.challenges.put(sent.ended())
    assert await store.challenges.find(OTHER) is None
    assert await store.challenges.get(user.id, ChallengeKind.EMAIL) == sent.ended()
    assert await store.challenges.get(user.id, ChallengeKind.PASSWORD) == other
