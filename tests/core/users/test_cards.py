"""Cards on file: set up, chosen, removed, and what they mean for bids."""

from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.composition.card_pages import CardPages
from solebook.core.users.keep_card import MAX_CARDS
from solebook.ports.language.cards import CardHolder, CardSetupState, PaymentMethod
from solebook.ports.language.errors import (
    BiddingBarred,
    CardRefused,
    LastCardInUse,
    NoSuchCardSetup,
    NotFound,
    PaymentMethodMissing,
    TooManyPaymentMethods,
)
from solebook.ports.language.ids import PaymentMethodId, UserId
from solebook.ports.language.market import Side
from solebook.ports.language.orders import OrderStatus, PaymentStatus
from solebook.ports.language.users import Actor

from ...exchange import Exchange


async def cards(exchange: Exchange, who: Actor) -> list[PaymentMethod]:
    return list((await exchange.app.users.list_payment_methods(who)).methods)


async def default(exchange: Exchange, who: Actor) -> PaymentMethod | None:
    on_file = await exchange.app.users.list_payment_methods(who)
    return next((each for each in on_file.methods if each.id == on_file.default), None)


async def set_up(exchange: Exchange, who: Actor, card: str = tokens.CARD) -> str:
    """Send a card from the browser, report it, and return the setup."""
    setup = await exchange.app.users.begin_card_setup(who)
    await CardPages(exchange.app).confirm(setup.id, card)
    await exchange.workers.settle()
    return setup.id


async def without_card(exchange: Exchange) -> Actor:
    person = await exchange.person()
    await exchange.move_to(person)
    return person


# ---- a setup ---------------------------------------------------------------------------------


async def test_card_that_a_browser_confirms_allows_bids(exchange: Exchange) -> None:
    buyer = await without_card(exchange)
    with pytest.raises(PaymentMethodMissing):
        await exchange.bid(buyer)

    await set_up(exchange, buyer)

    [card] = await cards(exchange, buyer)
    assert card.details is not None
    assert (card.details.brand, card.details.last4) == ("visa", "4242")
    assert await default(exchange, buyer) == card
    order = await exchange.trade(buyer=buyer)
    assert order.status is OrderStatus.CONFIRMED
    assert (await exchange.payment(order.id)).payment_method == card.token


async def test_setup_whose_webhook_was_lost_is_finished_when_its_user_asks(
    exchange: Exchange,
) -> None:
    buyer = await without_card(exchange)
    vault = exchange.app.adapters.card_vault
    assert isinstance(vault, EmbeddedCardVault)
    setup = await exchange.app.users.begin_card_setup(buyer)
    viewed = await exchange.app.users.view_card_setup(buyer, setup.id)
    assert (viewed.setup.state, viewed.method) == (CardSetupState.OPEN, None)

    await vault.confirm(setup.id, tokens.CARD)  # and nobody delivers the webhook

    viewed = await exchange.app.users.view_card_setup(buyer, setup.id)
    assert viewed.setup.state is CardSetupState.SUCCEEDED
    assert [viewed.method] == await cards(exchange, buyer)
    again = await exchange.app.users.view_card_setup(buyer, setup.id)
    assert again.method == viewed.method


async def test_declined_setup_leaves_no_card_and_says_why(exchange: Exchange) -> None:
    buyer = await without_card(exchange)
    setup_id = await set_up(exchange, buyer, tokens.CARD_DECLINED_AT_SETUP)
    viewed = await exchange.app.users.view_card_setup(buyer, setup_id)
    assert (viewed.setup.state, viewed.setup.reason) == (CardSetupState.FAILED, "card_declined")
    assert await cards(exchange, buyer) == []


@pytest.mark.parametrize("passes", [True, False])
async def test_card_is_on_file_only_once_its_buyer_authenticated(
    exchange: Exchange, passes: bool
) -> None:
    buyer = await without_card(exchange)
    setup_id = await set_up(exchange, buyer, tokens.CARD_THAT_NEEDS_AUTHENTICATION_AT_SETUP)
    viewed = await exchange.app.users.view_card_setup(buyer, setup_id)
    assert (viewed.setup.state, viewed.method) == (CardSetupState.NEEDS_ACTION, None)

    await CardPages(exchange.app).authenticate(setup_id, passes=passes)
    await exchange.workers.settle()

    assert len(await cards(exchange, buyer)) == passes


async def test_setup_of_another_user_is_not_found(exchange: Exchange) -> None:
    setup = await exchange.app.users.begin_card_setup(exchange.buyer)
    for setup_id in (setup.id, "seti_unknown", "../accounts", ""):
        with pytest.raises(NoSuchCardSetup):
            await exchange.app.users.view_card_setup(exchange.seller, setup_id)


async def test_webhook_about_a_setup_of_nobody_here_changes_nothing(exchange: Exchange) -> None:
    vault = exchange.app.adapters.card_vault
    assert isinstance(vault, EmbeddedCardVault)
    holder = CardHolder(UserId(exchange.app.adapters.ids.new()), "else@example.com")
    setup = await vault.begin(key="foreign", holder=holder)
    await CardPages(exchange.app).confirm(setup.id, tokens.CARD)
    await exchange.quiet()
    assert await exchange.store.payment_methods.of(holder.user_id) == []


# ---- several cards ---------------------------------------------------------------------------


async def test_second_card_is_not_the_default_until_it_is_chosen(exchange: Exchange) -> None:
    buyer = exchange.buyer
    [first] = await cards(exchange, buyer)
    await set_up(exchange, buyer, "pm_card_mastercard")
    _, second = await cards(exchange, buyer)
    assert await default(exchange, buyer) == first

    await exchange.app.users.choose_payment_method(buyer, second.id)

    assert await default(exchange, buyer) == second
    order = await exchange.trade()
    assert (await exchange.payment(order.id)).payment_method == second.token


async def test_card_that_is_set_by_its_token_is_verified_and_the_default(
    exchange: Exchange,
) -> None:
    buyer = exchange.buyer
    await exchange.app.users.set_payment_method(buyer, token="pm_card_amex")
    _, amex = await cards(exchange, buyer)
    assert await default(exchange, buyer) == amex

    first = (await cards(exchange, buyer))[0]
    await exchange.app.users.set_payment_method(buyer, token=first.token)
    assert await default(exchange, buyer) == first
    assert len(await cards(exchange, buyer)) == 2


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (tokens.CARD_DECLINED_AT_SETUP, "card_declined"),
        (tokens.CARD_THAT_NEEDS_AUTHENTICATION_AT_SETUP, "authentication_required"),
        ("no_card", "invalid_payment_method"),
    ],
)
async def test_card_that_is_not_verified_changes_nothing(
    exchange: Exchange, token: str, reason: str
) -> None:
    before = await cards(exchange, exchange.buyer)
    with pytest.raises(CardRefused) as refused:
        await exchange.app.users.set_payment_method(exchange.buyer, token=token)
    assert refused.value.reason == reason
    assert await cards(exchange, exchange.buyer) == before
    assert await default(exchange, exchange.buyer) == before[0]


async def test_card_of_another_user_cannot_be_chosen_or_removed(exchange: Exchange) -> None:
    [theirs] = await cards(exchange, exchange.buyer)
    for act in (
        exchange.app.users.choose_payment_method,
        exchange.app.users.remove_payment_method,
    ):
        with pytest.raises(NotFound):
            await act(exchange.seller, theirs.id)
        with pytest.raises(NotFound):
            await act(exchange.buyer, PaymentMethodId(exchange.app.adapters.ids.new()))


async def test_one_card_too_many_is_refused_and_not_kept_at_the_provider(
    exchange: Exchange,
) -> None:
    buyer = await without_card(exchange)
    begun = await exchange.app.users.begin_card_setup(buyer)
    for number in range(MAX_CARDS):
        await exchange.app.users.set_payment_method(buyer, token=f"pm_{number}")

    with pytest.raises(TooManyPaymentMethods):
        await exchange.app.users.begin_card_setup(buyer)
    with pytest.raises(TooManyPaymentMethods):
        await exchange.app.users.set_payment_method(buyer, token="pm_more")
    await CardPages(exchange.app).confirm(begun.id, "pm_late")
    await exchange.workers.settle()

    assert len(await cards(exchange, buyer)) == MAX_CARDS
    with pytest.raises(CardRefused):  # the provider has taken it from the buyer
        await exchange.app.users.set_payment_method(exchange.buyer, token="pm_late")


# ---- removal ---------------------------------------------------------------------------------


async def test_removing_the_default_leaves_the_newest_other_card(exchange: Exchange) -> None:
    buyer = exchange.buyer
    for token in ("pm_card_mastercard", "pm_card_amex"):
        await exchange.app.users.set_payment_method(buyer, token=token)
    first, second, third = await cards(exchange, buyer)

    await exchange.app.users.remove_payment_method(buyer, third.id)
    assert await default(exchange, buyer) == second
    await exchange.app.users.remove_payment_method(buyer, first.id)
    assert await default(exchange, buyer) == second
    await exchange.app.users.remove_payment_method(buyer, second.id)

    assert await cards(exchange, buyer) == []
    with pytest.raises(PaymentMethodMissing):
        await exchange.bid(buyer)


async def test_removed_card_is_taken_from_the_provider_once_it_answers(
    exchange: Exchange,
) -> None:
    await exchange.app.users.set_payment_method(exchange.buyer, token="pm_own")
    own = (await cards(exchange, exchange.buyer))[-1]
    await exchange.app.users.remove_payment_method(exchange.buyer, own.id)
    await exchange.quiet()
    with pytest.raises(CardRefused):
        await exchange.app.users.set_payment_method(exchange.buyer, token="pm_own")


async def test_only_card_stays_while_a_bid_stands(exchange: Exchange) -> None:
    buyer = exchange.buyer
    placed = await exchange.bid(buyer, 10_000)
    [card] = await cards(exchange, buyer)
    with pytest.raises(LastCardInUse):
        await exchange.app.users.remove_payment_method(buyer, card.id)
    assert await default(exchange, buyer) == card

    await exchange.app.users.set_payment_method(buyer, token="pm_card_amex")
    await exchange.app.users.remove_payment_method(buyer, card.id)
    [other] = await cards(exchange, buyer)
    await exchange.app.bidding.cancel_quote(buyer, Side.BID, placed.quote.id)
    await exchange.app.users.remove_payment_method(buyer, other.id)
    assert await cards(exchange, buyer) == []


async def test_order_whose_card_was_removed_after_the_match_is_cancelled(
    exchange: Exchange,
) -> None:
    buyer = exchange.buyer
    order_id = await exchange.match()
    [card] = await cards(exchange, buyer)
    exchange.line.is_cut = True  # the charge does not arrive before the removal
    await exchange.workers.settle()
    await exchange.app.users.remove_payment_method(buyer, card.id)
    await exchange.workers.settle()
    exchange.line.is_cut = False
    await exchange.quiet()

    order, payment = await exchange.order(order_id), await exchange.payment(order_id)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.DECLINED)
    assert payment.reason == "card_removed"
    assert await exchange.provider.balance() == 0


async def test_late_webhook_does_not_bring_a_removed_card_back(exchange: Exchange) -> None:
    buyer = await without_card(exchange)
    vault = exchange.app.adapters.card_vault
    assert isinstance(vault, EmbeddedCardVault)
    setup = await exchange.app.users.begin_card_setup(buyer)
    webhook = await vault.confirm(setup.id, tokens.CARD)
    viewed = await exchange.app.users.view_card_setup(buyer, setup.id)
    assert viewed.method is not None
    await exchange.app.users.remove_payment_method(buyer, viewed.method.id)

    await exchange.app.payments.receive_webhook(webhook.body, webhook.signature)
    with pytest.raises(CardRefused):  # not detached yet
        await exchange.app.users.view_card_setup(buyer, setup.id)
    await exchange.quiet()

    assert await cards(exchange, buyer) == []
    viewed = await exchange.app.users.view_card_setup(buyer, setup.id)
    assert viewed.method is None


# ---- the bar after declines ------------------------------------------------------------------


async def barred(exchange: Exchange) -> Actor:
    """Return a buyer of whom three charges were declined."""
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    for _ in range(3):
        order_id = await exchange.match(buyer=buyer)
        await exchange.quiet()
        assert (await exchange.order(order_id)).status is OrderStatus.CANCELLED
    with pytest.raises(BiddingBarred):
        await exchange.bid(buyer)
    return buyer


async def test_newly_verified_card_ends_the_bar_and_is_charged(exchange: Exchange) -> None:
    buyer = await barred(exchange)

    await set_up(exchange, buyer, "pm_card_mastercard")

    declined, card = await cards(exchange, buyer)
    assert await default(exchange, buyer) == card
    order = await exchange.trade(buyer=buyer)
    assert order.status is OrderStatus.CONFIRMED

    await exchange.app.users.choose_payment_method(buyer, declined.id)
    order_id = await exchange.match(buyer=buyer)
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CANCELLED
    await exchange.bid(buyer, 10_000)  # the earlier declines are forgiven


async def test_card_of_a_number_that_the_buyer_had_does_not_end_the_bar(
    exchange: Exchange,
) -> None:
    buyer = await barred(exchange)
    [declined] = await cards(exchange, buyer)
    await set_up(exchange, buyer, tokens.DECLINED_CARD)
    await exchange.app.users.remove_payment_method(buyer, declined.id)
    await exchange.workers.settle()
    await exchange.app.users.set_payment_method(buyer, token=tokens.DECLINED_CARD)
    with pytest.raises(BiddingBarred):
        await exchange.bid(buyer)


async def test_new_card_of_a_buyer_who_is_not_barred_forgives_nothing(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    await exchange.match(buyer=buyer)
    await exchange.quiet()
    await set_up(exchange, buyer, "pm_card_mastercard")
    since = exchange.clock.now() - timedelta(days=1)
    assert len(await exchange.store.declines.since(buyer.user_id, since)) == 1
