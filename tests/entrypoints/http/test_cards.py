"""Cards over HTTP, with the embedded payment provider."""

from uuid import uuid4

import pytest

from .world import Person, World

CARDS = "/v1/users/me/payment-methods"


async def begun(market: World, who: Person) -> dict[str, str]:
    setup: dict[str, str] = await market.ok("POST", f"{CARDS}/setup", who)
    return setup


async def send(market: World, setup: dict[str, str], token: str) -> dict[str, str | None]:
    """Send a test card, as a browser does."""
    path = f"/v1/embedded-provider/card-setups/{setup['id']}/confirm"
    body = {"client_secret": setup["client_secret"], "token": token}
    answer: dict[str, str | None] = await market.ok("POST", path, json=body)
    return answer


async def test_a_card_is_added_chosen_and_removed(market: World, buyer: Person) -> None:
    setup = await begun(market, buyer)
    assert (await send(market, setup, "pm_card_mastercard"))["state"] == "succeeded"
    await market.workers.settle()

    viewed = await market.ok("GET", f"{CARDS}/setup/{setup['id']}", buyer)
    first, second = await market.ok("GET", CARDS, buyer)
    assert viewed == {
        "id": setup["id"],
        "state": "succeeded",
        "link": None,
        "reason": None,
        "payment_method": second["id"],
    }
    assert (first["brand"], first["last4"], first["default"]) == ("visa", "4242", True)
    assert (second["brand"], second["exp_year"], second["default"]) == ("mastercard", 2034, False)

    body = {"id": second["id"]}
    await market.ok("PUT", "/v1/users/me/payment-method", buyer, json=body)
    await market.ok("DELETE", f"{CARDS}/{first['id']}", buyer)
    [left] = await market.ok("GET", CARDS, buyer)
    assert (left["id"], left["default"]) == (second["id"], True)
    assert (await market.call("DELETE", f"{CARDS}/{first['id']}", buyer)).status_code == 404


async def test_a_buyer_without_a_card_adds_one_and_bids(market: World) -> None:
    person = await market.buyer("new")
    [card] = await market.ok("GET", CARDS, person)
    await market.ok("DELETE", f"{CARDS}/{card['id']}", person)
    refused = await market.post("/v1/bids", person, json=market.quote())
    assert refused.json()["type"] == "/problems/payment-method-missing"

    await send(market, await begun(market, person), "pm_card_visa")
    await market.workers.settle()
    await market.bid(person)

    [card] = await market.ok("GET", CARDS, person)
    refused = await market.call("DELETE", f"{CARDS}/{card['id']}", person)
    assert refused.json()["type"] == "/problems/last-card-in-use"


async def test_a_declined_card_is_refused_with_the_reason(market: World, buyer: Person) -> None:
    body = {"token": "pm_card_declined_at_setup"}
    refused = await market.call("PUT", "/v1/users/me/payment-method", buyer, json=body)
    assert (refused.status_code, refused.json()["reason"]) == (402, "card_declined")

    setup = await begun(market, buyer)
    answer = await send(market, setup, "pm_card_declined_at_setup")
    assert (answer["state"], answer["reason"]) == ("failed", "card_declined")


async def test_a_card_waits_for_its_buyer(market: World, buyer: Person) -> None:
    setup = await begun(market, buyer)
    answer = await send(market, setup, "pm_card_authentication_at_setup")
    assert answer["state"] == "needs_action"

    path = f"/v1/embedded-provider/card-setups/{setup['id']}/authenticate"
    body = {"client_secret": setup["client_secret"], "passes": True}
    assert (await market.ok("POST", path, json=body))["state"] == "succeeded"
    again = await market.post(path, json=body)
    assert (again.status_code, again.json()["type"]) == (402, "/problems/card-refused")


async def test_a_setup_is_only_for_who_has_its_secret(
    market: World, buyer: Person, seller: Person
) -> None:
    setup = await begun(market, buyer)
    path = f"/v1/embedded-provider/card-setups/{setup['id']}/confirm"
    for body in (
        {"client_secret": "guessed", "token": "pm_card_visa"},
        {"client_secret": "\N{SNOWMAN}", "token": "pm_card_visa"},
    ):
        refused = await market.post(path, json=body)
        assert (refused.status_code, refused.json()["type"]) == (
            404,
            "/problems/no-such-card-setup",
        )
    refused = await market.get(f"{CARDS}/setup/{setup['id']}", seller)
    assert refused.status_code == 404
    refused = await market.get(f"{CARDS}/setup/seti_unknown", buyer)
    assert refused.json()["setup"] == "seti_unknown"


@pytest.mark.parametrize("token", ["pm_a\0b", "pm_a b", "pm_\N{SNOWMAN}"])
async def test_a_test_card_has_a_token_like_any_other(
    market: World, buyer: Person, token: str
) -> None:
    setup = await begun(market, buyer)
    path = f"/v1/embedded-provider/card-setups/{setup['id']}/confirm"
    body = {"client_secret": setup["client_secret"], "token": token}
    refused = await market.post(path, json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, "token")
    viewed = await market.ok("GET", f"{CARDS}/setup/{setup['id']}", buyer)
    assert viewed["state"] == "open"


async def test_the_default_is_set_by_a_token_or_an_id_alone(market: World, buyer: Person) -> None:
    [card] = await market.ok("GET", CARDS, buyer)
    for body in ({}, {"id": card["id"], "token": "pm_card_visa"}):
        refused = await market.call("PUT", "/v1/users/me/payment-method", buyer, json=body)
        assert (refused.status_code, refused.json()["field"]) == (422, "token")
    body = {"id": str(uuid4())}
    refused = await market.call("PUT", "/v1/users/me/payment-method", buyer, json=body)
    assert refused.status_code == 404
