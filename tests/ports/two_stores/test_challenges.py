"""Whoever comes at the same moment as somebody else meets a challenge once and guesses no more."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from solebook.core.users.challenges.codes import code_hash
from solebook.core.users.session_tokens import token_hash
from solebook.ports.language.challenges import MAX_FAILURES, Challenge, ChallengeKind
from solebook.ports.language.errors import ChallengeNotMet, RateLimited
from solebook.ports.language.notifications import NotificationPreferences
from solebook.ports.language.users import Actor, User

from ...exchange import Exchange
from .racing import Race, Races

Exchanges = tuple[Exchange, Exchange]

PHONE, CODE, WRONG = "+15550100", "123456", "654321"
LIFE = timedelta(minutes=10)


async def challenged(
    exchange: Exchange, kind: ChallengeKind, hash_of: Callable[[Actor], str]
) -> Actor:
    """Return a user whose unproven email or phone was sent a secret with this hash."""
    actor, now = await exchange.person(), exchange.clock.now()
    store = exchange.store
    user = await store.users.get(actor.user_id)
    address = PHONE if kind is ChallengeKind.PHONE else user.email
    asked = Challenge(user.id, kind, address, now - LIFE, now - LIFE)
    async with store.transaction():
        await store.users.get(user.id)
        await store.preferences.put(NotificationPreferences(user.id, phone=PHONE))
        await store.challenges.put(asked.sent(hash_of(actor), now + LIFE))
    return actor


def code_hash_of(actor: Actor) -> str:
    return code_hash(actor.user_id, CODE)


async def test_a_link_that_two_open_at_once_proves_the_email_for_one(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race) -> None:
        secret = f"secret-{race.seed}"
        await challenged(one, ChallengeKind.EMAIL, lambda _: token_hash(secret))
        proofs = (lambda e=each: e.app.users.prove_email(secret) for each in (one, other, one))
        answers = await race(*proofs)
        kinds = [type(answer) for answer in answers]
        assert (kinds.count(User), kinds.count(ChallengeNotMet)) == (1, 2)

    await races(once)


async def test_a_reset_that_two_make_at_once_sets_one_password(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race) -> None:
        secret = f"reset-{race.seed}"
        actor = await challenged(one, ChallengeKind.PASSWORD, lambda _: token_hash(secret))

        def reset(exchange: Exchange, password: str) -> Awaitable[None]:
            return exchange.app.users.reset_password(secret, password=password)

        answers = await race(
            lambda: reset(one, "staple battery one"), lambda: reset(other, "staple battery two")
        )
        assert sorted(type(answer).__name__ for answer in answers) == [
            "ChallengeNotMet",
            "NoneType",
        ]
        user = await one.store.users.get(actor.user_id)
        winner = "one" if answers[0] is None else "two"
        await one.app.users.sign_in(email=user.email, password=f"staple battery {winner}")

    await races(once)


async def test_wrong_codes_that_come_at_once_are_all_counted(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race) -> None:
        actor = await challenged(one, ChallengeKind.PHONE, code_hash_of)
        guesses = (
            lambda e=each: e.app.users.prove_phone(actor, WRONG)
            for each in (one, other) * ((MAX_FAILURES + 1) // 2)
        )
        answers = await race(*guesses)
        assert {type(answer) for answer in answers} == {ChallengeNotMet}
        challenge = await one.store.challenges.get(actor.user_id, ChallengeKind.PHONE)
        assert challenge is not None
        assert challenge.failures == MAX_FAILURES
        [late] = await race(lambda: one.app.users.prove_phone(actor, CODE))
        assert isinstance(late, ChallengeNotMet)

    await races(once)


async def test_a_code_that_two_give_back_at_once_proves_the_phone_once(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race) -> None:
        actor = await challenged(one, ChallengeKind.PHONE, code_hash_of)
        answers = await race(
            lambda: one.app.users.prove_phone(actor, CODE),
            lambda: other.app.users.prove_phone(actor, CODE),
            lambda: other.app.users.prove_phone(actor, WRONG),
        )
        kinds = [type(answer) for answer in answers]
        assert kinds.count(NotificationPreferences) == 1
        assert kinds[2] is ChallengeNotMet

    await races(once)


async def test_a_phone_that_changes_during_its_proof_is_never_proven_by_the_code_of_another(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges
    change = replace(other.app.notifications.set_notification_preferences, verify_addresses=True)

    async def once(race: Race) -> None:
        actor = await challenged(one, ChallengeKind.PHONE, code_hash_of)
        await race(
            lambda: one.app.users.prove_phone(actor, CODE),
            lambda: change(actor, phone="+15550199", devices=(), channels={}),
        )
        now = await one.store.preferences.get(actor.user_id)
        assert (now.phone, now.phone_proven) == ("+15550199", False)

    await races(once)


async def test_of_two_requests_at_once_one_sends_a_code(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race) -> None:
        actor = await challenged(one, ChallengeKind.PHONE, code_hash_of)
        answers = await race(
            lambda: one.app.users.request_phone_proof(actor),
            lambda: other.app.users.request_phone_proof(actor),
        )
        kinds = {type(answer) for answer in answers}
        assert kinds == {NotificationPreferences, RateLimited}

    await races(once)
