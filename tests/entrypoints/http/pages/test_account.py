"""One's own account, from what is missing to what is there."""

import pytest

from ....served import ADDRESS, PASSWORD
from ..world import World
from .browser import Browser


@pytest.fixture
async def ann_in(world: World, browser: Browser) -> Browser:
    await world.person("ann")
    await browser.signs_in("ann@example.com")
    return browser


async def test_account_says_what_is_missing_until_it_is_there(
    world: World, ann_in: Browser
) -> None:
    before = await ann_in.opens("/account")
    assert "To do: an address, to buy" in before.text

    form = (await ann_in.opens("/account/addresses")).form("/account/addresses")
    await ann_in.sends(form, **ADDRESS | {"country": "us"})
    added = await ann_in.sends(form, **ADDRESS | {"country": "us"})  # a double click

    assert added.text.count("1 Main Street") == 2  # the text, and the name of its button
    assert "Done: an address, to buy" in (await ann_in.opens("/account")).text

    [removal] = [form for form in added.forms if form.action.endswith("/removal")]
    assert "You have no address yet" in (await ann_in.sends(removal)).text


async def test_refused_address_is_shown_with_what_is_wrong_at_its_field(
    ann_in: Browser,
) -> None:
    form = (await ann_in.opens("/account/addresses")).form("/account/addresses")

    refused = await ann_in.sends(form, **ADDRESS | {"country": "U"})

    assert refused.status == 422
    assert "Is not two upper-case letters such as US." in refused.text
    assert refused.form("/account/addresses").fields["street"] == ADDRESS["street"]


async def test_name_is_changed_by_the_form(ann_in: Browser) -> None:
    form = (await ann_in.opens("/account")).form("/account/profile")

    assert "Anne Ann" in (await ann_in.sends(form, first_name="Anne")).text
    refused = await ann_in.sends(form, first_name=" ")

    assert (refused.status, "First name is empty." in refused.text) == (422, True)


async def test_email_is_changed_with_the_password_alone(world: World, ann_in: Browser) -> None:
    form = (await ann_in.opens("/account")).form("/account/new-email")

    wrong = await ann_in.sends(form, email="new@example.com", password="wrong horse")
    assert wrong.status == 401
    assert wrong.form("/account/new-email").fields["email"] == "new@example.com"

    changed = await ann_in.sends(form, email="new@example.com", password=PASSWORD)
    assert "new@example.com" in changed.text


async def test_password_is_not_kept_while_somebody_signs_in(ann_in: Browser) -> None:
    form = (await ann_in.opens("/account")).form("/account/new-email")
    ann_in.cookies.clear()

    kept = await ann_in.sends(form, email="new@example.com", password=PASSWORD)

    assert kept.status == 401
    assert "kept.email" in kept.answer.text
    assert "kept.password" not in kept.answer.text
    assert PASSWORD not in kept.answer.text


async def test_card_is_added_chosen_and_removed(world: World, ann_in: Browser) -> None:
    assert "To do: a card, to buy" in (await ann_in.opens("/account")).text
    page = await ann_in.opens("/account/cards")
    for card in ("pm_card_visa", "pm_card_mastercard"):
        choice = await ann_in.sends(page.form("/account/cards"))
        page = await ann_in.sends(choice.form(choice.path), card=card)
        assert (page.path, "The card is on file." in page.text) == ("/account/cards", True)
    assert "Visa ending in 4242 Expires 12/2034 ✓ Charged for your bids" in page.text

    [choice_form] = [form for form in page.forms if form.action.endswith("/choice")]
    page = await ann_in.sends(choice_form)
    assert "Mastercard ending in 4444 Expires 12/2034 ✓ Charged for your bids" in page.text

    for form in [form for form in page.forms if form.action.endswith("/removal")]:
        page = await ann_in.sends(form)
    assert "You have no card yet" in page.text
    again = await ann_in.sends(form)
    assert again.status == 404


async def test_bank_is_asked_and_a_refused_card_can_be_replaced(ann_in: Browser) -> None:
    page = await ann_in.opens("/account/cards")
    choice = await ann_in.sends(page.form("/account/cards"))

    bank = await ann_in.sends(choice.form(choice.path), card="pm_card_authentication_at_setup")
    failed = await ann_in.sends(bank.form(f"{choice.path}/authentication"), passes="no")
    assert "The card was not accepted" in failed.text
    none_yet = await ann_in.opens(f"/account/cards?setup={choice.path.rpartition('/')[2]}")
    assert "The card was not accepted" in none_yet.text
    assert "You have no card yet" in none_yet.text

    added = await ann_in.sends(failed.form(choice.path), card="pm_card_visa")
    assert "The card is on file." in added.text


async def test_setup_of_somebody_else_adds_no_card(world: World, ann_in: Browser) -> None:
    page = await ann_in.opens("/account/cards")
    choice = await ann_in.sends(page.form("/account/cards"))
    await world.person("bob")
    ann_in.cookies.clear()
    await ann_in.signs_in("bob@example.com")

    assert (await ann_in.opens(choice.path)).status == 404
    setup_id = choice.path.rpartition("/")[2]
    assert (await ann_in.opens(f"/account/cards?setup={setup_id}")).status == 404


async def test_payout_account_is_opened_and_completed_on_the_providers_page(
    world: World, ann_in: Browser
) -> None:
    assert "To do: a payout account, to sell" in (await ann_in.opens("/account")).text
    page = await ann_in.opens("/account/payout-account")

    provider = await ann_in.sends(page.form("/account/payout-account/onboarding"))
    assert "individual: first name" in provider.text
    again = await ann_in.sends(page.form("/account/payout-account/onboarding"))
    assert again.path == provider.path  # one account

    waiting = await ann_in.opens("/account/payout-account")
    assert "Receives what you sell not yet" in waiting.text
    done = await ann_in.sends(provider.form(provider.path))
    assert "Receives what you sell yes" in done.text
    assert "Done: a payout account, to sell" in (await ann_in.opens("/account")).text

    visited = await ann_in.sends(done.form("/account/payout-account/dashboard"))
    assert "Nothing is required." in visited.text
    await world.person("bob")
    ann_in.cookies.clear()
    await ann_in.signs_in("bob@example.com")
    assert (await ann_in.opens(visited.path)).status == 404
