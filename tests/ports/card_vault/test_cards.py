"""What a buyer's cards are like at every payment provider."""

import pytest

from solebook.ports.language.cards import CardSetup, CardSetupState
from solebook.ports.language.errors import CardRefused, ChargeDeclined

from .rig import CardRig


async def found(rig: CardRig, setup_id: str) -> CardSetup:
    setup = await rig.vault.find_setup(setup_id)
    assert setup is not None
    return setup


async def test_card_that_a_browser_confirms_is_saved_and_can_be_charged(rig: CardRig) -> None:
    holder = rig.holder()
    begun = await rig.vault.begin(key=rig.key(), holder=holder)
    assert await found(rig, begun.id) == CardSetup(begun.id, holder.user_id, CardSetupState.OPEN)

    await rig.confirm(begun.id, rig.good)

    setup = await found(rig, begun.id)
    assert (setup.state, setup.user_id) == (CardSetupState.SUCCEEDED, holder.user_id)
    assert setup.card is not None
    details = setup.card.details
    assert (details.brand, details.last4, details.exp_month, details.exp_year) == (
        "visa",
        "4242",
        12,
        2034,
    )
    assert (await rig.charge(setup.card.token)).amount == 21_400
    assert (await rig.charge(setup.card.token)).amount == 21_400  # not once only


async def test_setup_with_a_declined_card_fails_and_takes_another_one(rig: CardRig) -> None:
    begun = await rig.vault.begin(key=rig.key(), holder=rig.holder())

    await rig.confirm(begun.id, rig.declined)
    setup = await found(rig, begun.id)
    assert (setup.state, setup.card) == (CardSetupState.FAILED, None)
    assert setup.reason in ("card_declined", "insufficient_funds")

    await rig.confirm(begun.id, rig.good)
    setup = await found(rig, begun.id)
    assert (setup.state, setup.reason) == (CardSetupState.SUCCEEDED, None)


async def test_card_that_needs_its_buyer_is_saved_after_authentication(rig: CardRig) -> None:
    begun = await rig.vault.begin(key=rig.key(), holder=rig.holder())
    await rig.confirm(begun.id, rig.needs_buyer)
    waiting = await found(rig, begun.id)
    assert (waiting.state, waiting.card) == (CardSetupState.NEEDS_ACTION, None)

    await rig.authenticate(begun.id, passes=True)

    setup = await found(rig, begun.id)
    assert setup.state is CardSetupState.SUCCEEDED
    assert setup.card is not None
    assert (await rig.charge(setup.card.token)).amount == 21_400


async def test_setup_fails_if_its_buyer_does_not_authenticate(rig: CardRig) -> None:
    begun = await rig.vault.begin(key=rig.key(), holder=rig.holder())
    await rig.confirm(begun.id, rig.needs_buyer)

    await rig.authenticate(begun.id, passes=False)

    setup = await found(rig, begun.id)
    assert (setup.state, setup.card) == (CardSetupState.FAILED, None)
    assert setup.reason in ("authentication_failed", "setup_intent_authentication_failure")


async def test_card_that_is_typed_in_on_a_page_is_saved_and_can_be_charged(rig: CardRig) -> None:
    holder, key, back = rig.holder(), rig.key(), "http://market.test/account/cards"
    page = await rig.vault.begin_on_page(key=key, holder=holder, back_to=back)
    assert await rig.vault.begin_on_page(key=key, holder=holder, back_to=back) == page
    assert page.url.startswith("http://")
    assert page.id in page.url
    waiting = await found(rig, page.id)
    assert (waiting.state, waiting.user_id) == (CardSetupState.OPEN, holder.user_id)

    await rig.type_in(page, rig.declined)
    assert (await found(rig, page.id)).state is CardSetupState.FAILED
    await rig.type_in(page, rig.good)

    setup = await found(rig, page.id)
    assert (setup.state, setup.user_id) == (CardSetupState.SUCCEEDED, holder.user_id)
    assert setup.card is not None
    assert (await rig.charge(setup.card.token)).amount == 21_400
    assert await found(rig, setup.id) == setup


async def test_known_card_is_saved_at_once_and_once(rig: CardRig) -> None:
    holder, key = rig.holder(), rig.key()

    saved = await rig.vault.save(key=key, holder=holder, token=rig.good)

    assert await rig.vault.save(key=key, holder=holder, token=rig.good) == saved
    assert await rig.vault.save(key=rig.key(), holder=holder, token=saved.token) == saved
    assert (await rig.charge(saved.token)).amount == 21_400


async def test_card_that_the_bank_declines_is_not_saved(rig: CardRig) -> None:
    holder, key = rig.holder(), rig.key()
    for _ in range(2):
        with pytest.raises(CardRefused) as refused:
            await rig.vault.save(key=key, holder=holder, token=rig.declined)
        assert refused.value.reason in ("card_declined", "insufficient_funds")


async def test_token_that_is_no_card_is_not_saved(rig: CardRig) -> None:
    with pytest.raises(CardRefused):
        await rig.vault.save(key=rig.key(), holder=rig.holder(), token="card_of_nobody")


async def test_known_card_that_needs_its_buyer_is_not_saved_without_them(rig: CardRig) -> None:
    with pytest.raises(CardRefused) as refused:
        await rig.vault.save(key=rig.key(), holder=rig.holder(), token=rig.needs_buyer)
    assert refused.value.reason == "authentication_required"


async def test_card_of_one_user_is_refused_to_another(rig: CardRig) -> None:
    theirs = await rig.vault.save(key=rig.key(), holder=rig.holder("one"), token=rig.good)
    with pytest.raises(CardRefused):
        await rig.vault.save(key=rig.key(), holder=rig.holder("two"), token=theirs.token)


async def test_detached_card_is_never_charged_again(rig: CardRig) -> None:
    holder, begun_key = rig.holder(), rig.key()
    begun = await rig.vault.begin(key=begun_key, holder=holder)
    await rig.confirm(begun.id, rig.good)
    card = (await found(rig, begun.id)).card
    assert card is not None
    other = await rig.vault.save(key=rig.key(), holder=holder, token=rig.another)

    await rig.vault.detach(card.token)
    await rig.vault.detach(card.token)

    with pytest.raises(ChargeDeclined):
        await rig.charge(card.token)
    with pytest.raises(CardRefused):
        await rig.vault.save(key=rig.key(), holder=holder, token=card.token)
    assert (await found(rig, begun.id)).card is None
    assert (await rig.charge(other.token)).amount == 21_400


async def test_card_that_nobody_knows_is_detached_already(rig: CardRig) -> None:
    await rig.vault.detach("pm_of_nobody")


async def test_repeated_begin_is_the_same_setup(rig: CardRig) -> None:
    holder, key = rig.holder(), rig.key()
    begun = await rig.vault.begin(key=key, holder=holder)
    assert await rig.vault.begin(key=key, holder=holder) == begun
    assert (await rig.vault.begin(key=rig.key(), holder=holder)).id != begun.id


async def test_unknown_setup_is_not_found(rig: CardRig) -> None:
    assert await rig.vault.find_setup("seti_of_nobody") is None


async def test_cards_of_one_number_have_one_fingerprint(rig: CardRig) -> None:
    holder = rig.holder()
    one = await rig.vault.save(key=rig.key(), holder=holder, token=rig.good)
    begun = await rig.vault.begin(key=rig.key(), holder=holder)
    await rig.confirm(begun.id, rig.good)
    two = (await found(rig, begun.id)).card
    assert two is not None
    other = await rig.vault.save(key=rig.key(), holder=holder, token=rig.another)
    prints = [each.details.fingerprint for each in (one, two, other)]
    assert prints[0] == prints[1] != prints[2]
    assert len({one.token, two.token, other.token}) == 3


async def test_secrets_are_in_no_text(rig: CardRig) -> None:
    holder = rig.holder("private")
    begun = await rig.vault.begin(key=rig.key(), holder=holder)
    saved = await rig.vault.save(key=rig.key(), holder=holder, token=rig.good)
    texts = f"{begun} {saved} {holder} {begun!r}"
    assert begun.client_secret not in texts
    assert saved.token not in texts
    assert "private@" not in texts
