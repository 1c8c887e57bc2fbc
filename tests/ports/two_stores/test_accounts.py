"""Two processes that change one account at the same time have one effect, or both theirs."""

from collections.abc import Awaitable

import pytest

from solebook.core.operations.answer_once import Answered
from solebook.core.users.session_tokens import SignedIn, token_hash
from solebook.core.users.shipping_address import MAX_ADDRESSES
from solebook.ports.language.errors import (
    EmailTaken,
    IdempotencyKeyReused,
    InvalidToken,
    TooManyAddresses,
    TooManyAlerts,
    TradingSuspended,
)
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.placement import Placement
from solebook.ports.language.price_alerts import PriceAlert
from solebook.ports.language.users import Actor, Role, User

from ...exchange import SIZE, Exchange
from .racing import Race, Races

Exchanges = tuple[Exchange, Exchange]


async def test_of_two_registrations_of_one_email_one_is_refused(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race) -> None:
        def register(exchange: Exchange) -> Awaitable[User]:
            return exchange.app.users.register_user(
                email=f"both-{race.seed}@example.com",
                password="correct horse",
                first_name="Test",
                last_name="User",
            )

        answers = await race(lambda: register(one), lambda: register(other))
        assert {type(answer) for answer in answers} == {User, EmailTaken}

    await races(once)


# ---- sessions ------------------------------------------------------------------------------------


async def signed_in(exchange: Exchange) -> SignedIn:
    actor = await exchange.person()
    user = await exchange.store.users.get(actor.user_id)
    return await exchange.app.users.sign_in(email=user.email, password="correct horse")


async def test_a_refresh_token_that_both_spend_is_spent_once_and_ends_the_session(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, signed: SignedIn) -> None:
        token = signed.refresh_token
        answers = await race(
            lambda: one.app.users.refresh_session(refresh_token=token),
            lambda: other.app.users.refresh_session(refresh_token=token),
        )
        (refused,) = (answer for answer in answers if isinstance(answer, InvalidToken))
        assert refused.problem == "spent"
        (renewed,) = (answer for answer in answers if isinstance(answer, SignedIn))
        with pytest.raises(InvalidToken, match="revoked"):
            await one.app.users.refresh_session(refresh_token=renewed.refresh_token)

    await races.on(lambda: signed_in(one), once)


async def test_no_token_of_a_session_outlives_its_end(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, signed: SignedIn) -> None:
        token = await one.store.sessions.find_token(token_hash(signed.refresh_token))
        assert token is not None
        await race(
            lambda: one.app.users.refresh_session(refresh_token=signed.refresh_token),
            lambda: other.app.users.sign_out(token.session_id),
        )
        assert (await one.store.sessions.get(token.session_id)).revoked_at is not None

    await races.on(lambda: signed_in(one), once)


# ---- what a user has -----------------------------------------------------------------------------


async def test_a_new_name_and_new_roles_and_a_suspension_are_all_kept(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, person: Actor) -> None:
        await race(
            lambda: one.app.users.edit_profile(person, first_name="Newly"),
            lambda: other.app.users.set_suspension(
                one.admin, person.user_id, suspended=True, reason="looks odd"
            ),
            lambda: other.app.users.set_roles(
                one.admin, person.user_id, roles=frozenset({Role.BUYER, Role.SELLER})
            ),
        )
        user = await one.store.users.get(person.user_id)
        assert (user.first_name, user.suspended) == ("Newly", True)
        assert user.roles == {Role.BUYER, Role.SELLER}

    await races.on(one.person, once)


async def test_a_user_at_the_limit_gets_one_price_alert(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, person: Actor) -> None:
        def watch(exchange: Exchange, price: int) -> Awaitable[PriceAlert]:
            return exchange.app.price_alerts.watch_price(
                person, product_id=one.product.id, size=SIZE, price=price
            )

        answers = await race(lambda: watch(one, 15_000), lambda: watch(other, 16_000))
        assert [type(answer) for answer in answers].count(TooManyAlerts) == 1

    await races.on(one.person, once)


async def test_a_user_below_the_limit_gets_one_address(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def person_with_addresses() -> Actor:
        person = await one.person()
        for _ in range(MAX_ADDRESSES - 1):
            await one.move_to(person)
        return person

    async def once(race: Race, person: Actor) -> None:
        answers = await race(lambda: one.move_to(person), lambda: other.move_to(person))
        assert [type(answer) for answer in answers].count(TooManyAddresses) == 1
        assert len(await one.store.addresses.of(person.user_id)) == MAX_ADDRESSES

    await races.on(person_with_addresses, once)


# ---- requests ------------------------------------------------------------------------------------


async def add_once(exchange: Exchange, person: Actor, fingerprint: str) -> Answered:
    """Add an address, as a request with an idempotency key."""

    async def add() -> bytes:
        await exchange.move_to(person)
        addresses = await exchange.store.addresses.of(person.user_id)
        return str(addresses[0].id).encode()

    key = IdempotencyKey(person.user_id, "addresses", "key", fingerprint)
    return await exchange.app.operations.answer_once(key, add)


async def test_a_request_that_both_get_is_done_once_and_answered_alike(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, person: Actor) -> None:
        answers = await race(
            lambda: add_once(one, person, "same"), lambda: add_once(other, person, "same")
        )
        first, second = (answer for answer in answers if isinstance(answer, Answered))
        assert first.answer == second.answer
        assert {first.replayed, second.replayed} == {True, False}
        assert len(await one.store.addresses.of(person.user_id)) == 1

    await races.on(one.person, once)


async def test_of_two_requests_with_one_key_one_is_refused(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, person: Actor) -> None:
        answers = await race(
            lambda: add_once(one, person, "one"), lambda: add_once(other, person, "other")
        )
        assert {type(answer) for answer in answers} == {Answered, IdempotencyKeyReused}
        assert len(await one.store.addresses.of(person.user_id)) == 1

    await races.on(one.person, once)


async def test_no_bid_of_a_suspended_user_stands(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def suspend(exchange: Exchange, suspended: bool) -> None:
        await exchange.app.users.set_suspension(
            one.admin, one.buyer.user_id, suspended=suspended, reason="looks odd"
        )

    async def once(race: Race) -> None:
        placed, _ = await race(lambda: one.bid(one.buyer), lambda: suspend(other, True))
        assert isinstance(placed, Placement | TradingSuspended)
        await one.workers.settle()
        bids = await one.store.quotes.of_user(
            one.buyer.user_id, Side.BID, PageRequest(), QuoteStatus.ACTIVE
        )
        assert not bids.items
        await suspend(other, False)
        await one.workers.settle()

    await races(once)
