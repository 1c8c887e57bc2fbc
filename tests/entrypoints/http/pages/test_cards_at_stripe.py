"""A card that is typed in on a page of Stripe's double, and a seller's account there."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store

from ....ports.payment_provider.stripe_rig import StripeRig, stripe_rig
from ..world import World
from .browser import Browser

pytestmark = pytest.mark.integration


@pytest.fixture
async def stripe(clock: VirtualClock, ids: SeededIds) -> AsyncIterator[StripeRig]:
    async with stripe_rig(clock, ids) as rig:
        yield rig


@pytest.fixture
def application(clock: VirtualClock, stripe: StripeRig) -> Application:
    ids = SeededIds(3, clock)
    adapters = embedded_adapters(build_memory_store(clock=clock, ids=ids), clock=clock, ids=ids)
    ports: dict[str, Any] = {
        "payment_provider": stripe.provider,
        "seller_accounts": stripe.seller_accounts,
        "card_vault": StripeCardVault(stripe.provider.calls),
    }
    return build_application(replace(adapters, **ports))


async def test_card_of_a_page_at_stripe_is_on_file_when_its_buyer_comes_back(
    world: World, browser: Browser, stripe: StripeRig
) -> None:
    await world.person("ann")
    await browser.signs_in("ann@example.com")
    began = await browser.sends((await browser.opens("/account/cards")).form("/account/cards"))
    [session] = stripe.double.state.of("checkout.session").values()
    assert f'href="{session["url"]}"' in began.answer.text
    assert session["cancel_url"] == "http://market.test/account/cards"

    back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    assert back.startswith("http://market.test/account/cards?setup=cs_")
    too_soon = await browser.opens(back)
    assert "No card was added." in too_soon.text
    await stripe.act(f"/_double/checkout/{session['id']}", card="pm_card_visa")

    assert "Visa ending in 4242" in (await browser.opens(back)).text
    await world.person("bob")
    browser.cookies.clear()
    await browser.signs_in("bob@example.com")
    assert (await browser.opens(back)).status == 404
    assert (await browser.opens(f"/embedded-provider/cards/{session['id']}")).status == 404


async def test_seller_is_shown_the_link_to_stripe_and_its_state_afterwards(
    world: World, browser: Browser, stripe: StripeRig
) -> None:
    await world.person("ann")
    await browser.signs_in("ann@example.com")
    path = "/account/payout-account"

    link = await browser.sends((await browser.opens(path)).form(f"{path}/onboarding"))

    account = list(stripe.double.state.of("account"))[-1]
    assert f"/_double/onboarding/{account}" in link.answer.text
    assert "Receives what you sell not yet" in (await browser.opens(path)).text
    await stripe.complete(account)
    assert "Receives what you sell yes" in (await browser.opens(path)).text
    assert (await browser.opens(f"/embedded-provider/accounts/{account}")).status == 404
