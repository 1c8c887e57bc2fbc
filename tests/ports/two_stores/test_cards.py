"""Two processes that change one user's cards at the same time."""

from collections.abc import Awaitable

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.core.users.keep_card import MAX_CARDS
from solebook.core.users.view_card_setup import ViewedSetup
from solebook.ports.language.errors import LastCardInUse, TooManyPaymentMethods
from solebook.ports.language.payments import Webhook, WebhookKind
from solebook.ports.language.users import Actor, User

from ...exchange import Exchange
from .racing import Race, Races

Exchanges = tuple[Exchange, Exchange]


async def test_setup_that_is_reported_and_viewed_at_once_is_one_card(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges
    vault = one.app.adapters.card_vault
    assert isinstance(vault, EmbeddedCardVault)

    async def once(race: Race, person: Actor) -> None:
        setup = await one.app.users.begin_card_setup(person)
        await vault.confirm(setup.id, tokens.CARD)
        webhook = Webhook("evt", WebhookKind.CARD_SETUP_CHANGED, None, reference=setup.id)

        def report() -> Awaitable[None]:
            return one.app.users.finish_card_setup(webhook)

        def view() -> Awaitable[ViewedSetup]:
            return other.app.users.view_card_setup(person, setup.id)

        _, viewed = await race(report, view)
        on_file = await one.app.users.list_payment_methods(person)
        assert isinstance(viewed, ViewedSetup)
        assert list(on_file.methods) == [viewed.method]
        assert on_file.default == on_file.methods[0].id

    await races.on(one.person, once)


async def test_user_below_the_limit_gets_one_card(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def person_with_cards() -> Actor:
        person = await one.person()
        for number in range(MAX_CARDS - 1):
            await set_card(one, person, f"pm_{person.user_id}_{number}")
        return person

    async def once(race: Race, person: Actor) -> None:
        answers = await race(
            lambda: set_card(one, person, f"pm_{person.user_id}_one"),
            lambda: set_card(other, person, f"pm_{person.user_id}_other"),
        )
        assert [type(answer) for answer in answers].count(TooManyPaymentMethods) == 1
        on_file = await one.app.users.list_payment_methods(person)
        assert len(on_file.methods) == MAX_CARDS

    await races.on(person_with_cards, once)


async def test_of_two_cards_with_a_standing_bid_one_stays(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def bidder() -> Actor:
        person = await one.new_buyer()
        await set_card(one, person, "pm_card_mastercard")
        await one.bid(person, 10_000)
        return person

    async def once(race: Race, person: Actor) -> None:
        first, second = (await one.app.users.list_payment_methods(person)).methods

        answers = await race(
            lambda: one.app.users.remove_payment_method(person, first.id),
            lambda: other.app.users.remove_payment_method(person, second.id),
        )
        assert [type(answer) for answer in answers].count(LastCardInUse) == 1
        [left] = (await one.app.users.list_payment_methods(person)).methods
        token = await one.store.payment_accounts.payment_method(person.user_id)
        assert left.token == token

    await races.on(bidder, once)


async def set_card(exchange: Exchange, person: Actor, token: str) -> User:
    return await exchange.app.users.set_payment_method(person, token=token)
