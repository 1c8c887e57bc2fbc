"""The pages of what is one's own."""

from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.ports.language.ids import UserId

from ....ports.records import Records
from ..world import PARCEL, PASS, Person, World
from .browser import Browser


@pytest.fixture
async def buyer_in(browser: Browser, buyer: Person) -> Browser:
    await browser.signs_in("buyer@example.com")
    return browser


async def test_notification_is_read_by_its_button_and_leads_to_its_order(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)
    inbox = await buyer_in.opens("/inbox?only=unread")
    unread = [form for form in inbox.forms if form.action.endswith("/read")]
    assert f"Inbox ({len(unread)} unread )" in inbox.text
    assert f"/orders/{order_id}" in inbox.answer.text

    for form in unread:
        await buyer_in.sends(form)

    assert "You have read everything." in (await buyer_in.opens("/inbox?only=unread")).text
    inbox = await buyer_in.opens("/inbox")
    assert " unread )" not in inbox.text
    back = await buyer_in.sends(next(f for f in inbox.forms if f.action.endswith("/unread")))
    assert back.path == "/inbox"
    assert "Inbox (1 unread )" in back.text


async def test_navigation_counts_no_more_unread_notifications_than_it_shows(
    market: World, buyer_in: Browser, buyer: Person
) -> None:
    store = market.application.adapters.store
    records = Records(SeededIds(seed=7, clock=market.clock), market.clock)
    user_id = UserId(UUID(buyer.id))
    async with store.transaction():
        await store.notifications.add(*(records.notification(user_id) for _ in range(100)))

    page = await buyer_in.opens("/portfolio")

    assert "Inbox (99+ unread )" in page.text


async def test_notification_of_others_or_an_unknown_mark_does_not_exist(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    await market.order(buyer, seller)
    [sellers, *_] = (await market.ok("GET", "/v1/notifications", seller))["items"]
    form = next(f for f in (await buyer_in.opens("/inbox")).forms if f.action.endswith("/read"))
    own = form.action

    form.action = f"/inbox/{sellers['id']}/read"
    assert (await buyer_in.sends(form)).status == 404
    form.action = own.replace("/read", "/torn")
    assert (await buyer_in.sends(form)).status in {400, 404}
    assert (await buyer_in.opens("/inbox?only=torn")).status == 422


async def test_list_after_the_mark_is_no_page_of_another_site(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    await market.order(buyer, seller)
    form = next(f for f in (await buyer_in.opens("/inbox")).forms if f.action.endswith("/read"))

    back = await buyer_in.sends(form, back="https://elsewhere.example.com/inbox")

    assert (back.path, back.answer.url.host) == ("/inbox", "market.test")


async def test_alert_is_set_on_a_product_once_and_removed(market: World, buyer_in: Browser) -> None:
    product = f"/products/{market.product_id}"
    form = (await buyer_in.opens(f"{product}?size=10.5")).form(f"{product}/alerts")

    await buyer_in.sends(form, amount="180")
    listed = await buyer_in.sends(form, amount="180")

    assert listed.path == "/alerts"
    assert "$180.00" in listed.text
    [removal] = [form for form in listed.forms if form.action.endswith("/removal")]
    await buyer_in.sends(removal)
    left = await buyer_in.sends(removal)
    assert "You have no price alerts." in left.text


@pytest.mark.parametrize("amount", ["cheap", "0"])
async def test_refused_alert_shows_the_product_with_what_was_typed(
    market: World, buyer_in: Browser, amount: str
) -> None:
    product = f"/products/{market.product_id}"
    form = (await buyer_in.opens(f"{product}?size=10.5")).form(f"{product}/alerts")

    refused = await buyer_in.sends(form, amount=amount)

    assert refused.status == 422
    assert refused.form(f"{product}/alerts").fields["amount"] == amount


async def test_alert_of_an_unknown_condition_is_refused(market: World, buyer_in: Browser) -> None:
    product = f"/products/{market.product_id}"
    form = (await buyer_in.opens(f"{product}?size=10.5")).form(f"{product}/alerts")

    assert (await buyer_in.sends(form, amount="180", condition="odd")).status == 422
    assert (await buyer_in.sends(form, amount="180", condition="")).status == 422


async def test_stranger_who_wants_an_alert_signs_in_and_comes_back(
    market: World, browser: Browser, buyer: Person
) -> None:
    product = await browser.opens(f"/products/{market.product_id}?size=10.5")
    assert "Sign in to be told" in product.text
    assert f"next=/products/{market.product_id}%3Fsize%3D10.5" in product.answer.text


async def test_portfolio_is_worth_the_last_sales_and_forgets_a_cancelled_pair(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    assert "You have no pairs yet." in (await buyer_in.opens("/portfolio")).text
    kept = await market.order(buyer, seller, 20_000)
    cancelled = await market.order(buyer, seller, 21_000)
    reason = {"reason": "The sole is torn."}
    await market.move(cancelled, "cancellation", seller, json=reason)
    other = await market.buyer("bob")
    await market.order(other, seller, 26_800)

    page = await buyer_in.opens("/portfolio")
    seen = await market.ok("GET", "/v1/users/me/portfolio", buyer)

    for text in ("$214.00", "$268.00", "+$54.00 (+25.2 %)"):
        assert text in page.text
    assert kept in page.answer.text
    assert cancelled not in page.answer.text
    assert (seen["pairs"], seen["value"], seen["gain"]) == (1, 26_800, 5_400)
    assert [item["order_id"] for item in seen["items"]] == [kept]
    assert [week["pairs"] for week in seen["weeks"]] == [1]


async def test_portfolio_draws_its_value_from_the_second_week_on(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    await market.order(buyer, seller)
    assert "<polyline" not in (await buyer_in.opens("/portfolio")).answer.text

    await market.clock.advance(timedelta(days=8))
    page = await buyer_in.opens("/portfolio")

    assert page.answer.text.count("<polyline") == 2


async def test_payouts_show_the_balance_and_what_was_paid(
    market: World, browser: Browser, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await market.ok("POST", f"/v1/orders/{order_id}/shipment", seller, json=PARCEL)
    await market.workers.settle()
    await market.move(order_id, "receipt", authenticator)
    task = await market.task_of(order_id, authenticator)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/claim", authenticator)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    await browser.signs_in("seller@example.com")
    assert "$176.00 See its order" in (await browser.opens("/payouts")).text
    await market.pass_of_time(timedelta(days=4))

    page = await browser.opens("/payouts")

    assert "$176.00 : Paid" in page.text
    assert "Owed to you, not paid yet $0.00" in page.text
    assert f"/orders/{order_id}" in page.answer.text
