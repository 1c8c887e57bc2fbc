"""Payout accounts over HTTP: links to the provider's pages, and what it requires."""

from typing import Any

import pytest

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider

from .world import Person, World

ACCOUNT = "/v1/users/me/payout-account"


async def act(market: World, name: str, account: str) -> None:
    """Let something happen at the provider, which reports it by a webhook."""
    provider = market.application.adapters.payment_provider
    assert isinstance(provider, EmbeddedPaymentProvider)
    await getattr(Dashboard(provider.journal), name)(account)
    body, signature = (await provider.webhooks())[-1]
    sent = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    answer = await market.client.post("/v1/webhooks/stripe", content=body, headers=sent)
    assert answer.is_success, answer.text
    await market.workers.settle()


async def test_a_newcomer_opens_an_account_and_sees_it_completed(market: World) -> None:
    newcomer = await market.person("newcomer")
    assert (await market.call("GET", ACCOUNT, newcomer)).status_code == 409
    link = await market.ok("POST", f"{ACCOUNT}/onboarding", newcomer, json={})
    account = link["url"].split("/")[-1]
    assert account.startswith("acct_")
    shown = await market.ok("GET", ACCOUNT, newcomer)
    assert (shown["can_receive"], shown["can_withdraw"], shown["deadline"]) == (False, False, None)
    assert {"name": "external_account", "text": "a bank account", "due": True} in shown[
        "requirements"
    ]
    assert account in (await market.ok("POST", f"{ACCOUNT}/dashboard", newcomer))["url"]

    await act(market, "complete_account", account)
    shown = await market.ok("GET", ACCOUNT, newcomer)
    assert shown == {
        "can_receive": True,
        "can_withdraw": True,
        "problem": None,
        "requirements": [],
        "deadline": None,
    }
    await act(market, "restrict_account", account)
    told = (await market.ok("GET", "/v1/notifications", newcomer))["items"]
    assert told[0]["kind"] == "payout_account_restricted"


@pytest.mark.parametrize("account", ["visa", "pm_card_visa"])
async def test_an_account_that_the_provider_does_not_know_is_refused(
    market: World, seller: Person, account: str
) -> None:
    answer = await market.call("PUT", ACCOUNT, seller, json={"account": account})
    assert (answer.status_code, answer.json()["field"]) == (422, "account")


async def test_the_account_of_another_user_is_refused(market: World, seller: Person) -> None:
    newcomer = await market.person("newcomer")
    link = await market.ok("POST", f"{ACCOUNT}/onboarding", newcomer, json={})
    stolen = {"account": link["url"].split("/")[-1]}
    assert (await market.call("PUT", ACCOUNT, seller, json=stolen)).status_code == 422


async def test_a_test_account_has_no_pages(market: World, seller: Person) -> None:
    answers = [
        await market.call("POST", f"{ACCOUNT}/onboarding", seller, json={}),
        await market.call("POST", f"{ACCOUNT}/dashboard", seller),
    ]
    for answer in answers:
        problem: dict[str, Any] = answer.json()
        assert (answer.status_code, problem["type"]) == (409, "/problems/payout-account-unusable")
