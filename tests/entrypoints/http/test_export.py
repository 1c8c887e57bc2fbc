"""The export of everything that the exchange has of a person."""

from uuid import UUID

from solebook.adapters.sql.schema import metadata
from solebook.entrypoints.http.routes.export import Export
from solebook.ports.language.ids import ProductId

from .world import BROWSER, PARCEL, Person, World

SECTIONS = {
    "addresses": "addresses",
    "api_tokens": "api_keys",
    "asks": "asks",
    "bid_bars": "profile",
    "bids": "bids",
    "challenges": "challenges",
    "declines": "declines",
    "ended_quotes": "bids",
    "known_places": "known_places",
    "ledger_entries": "ledger",
    "matches": "orders",
    "notification_preferences": "notification_preferences",
    "notifications": "notifications",
    "orders": "orders",
    "payment_methods": "cards",
    "payments": "orders",
    "payouts": "payouts",
    "price_alerts": "price_alerts",
    "seller_accounts": "payout_account",
    "sessions": "sessions",
    "users": "profile",
    "webhook_endpoints": "webhook_endpoints",
}
"""Where the export has the rows of each table."""
LEFT_OUT = {
    "audit_entries": "what staff did, which is not the user's",
    "authentication_tasks": "the work of staff; the orders have what came of it",
    "idempotency_keys": "answers that the user got, for a week",
    "seller_quarters": "sums of the sales, which are exported",
}
"""Tables about users that the export leaves out, and why."""
IDS = {"user_id", "owner_id", "buyer_id", "seller_id", "actor_id", "authenticator_id", "owner"}


async def test_the_export_has_all_that_a_trader_left(market: World) -> None:
    buyer, seller = await market.buyer("quentin"), await market.seller("rosa", "acct_okapi")
    await market.bid(buyer, 5_000)
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.watch(buyer, 4_000)
    key = {"name": "my bot", "scopes": ["read"]}
    hook = {"url": "https://hooks.example.com/", "kinds": ["order.created"]}
    for path, body in (
        ("/v1/users/me/push-subscriptions", BROWSER),
        ("/v1/users/me/api-keys", key),
        ("/v1/webhooks", hook),
    ):
        await market.ok("POST", path, buyer, json=body)
    exported = await market.ok("GET", "/v1/users/me/export", buyer)
    assert list(exported) == list(Export.__struct_fields__)
    of_others = {"challenges", "known_places", "asks", "declines", "payouts", "ledger"}
    assert {name for name, part in exported.items() if part == []} <= of_others
    assert exported["profile"]["email"] == "quentin@example.com"
    [order] = exported["orders"]
    assert order["order"]["id"] == order_id
    assert order["order"]["ship_to"]["street"] == exported["addresses"][0]["street"]
    assert order["payment"]["amount"] == 21_400
    assert [step["type"] for step in order["history"]][-1] == "seller_shipped"
    assert sorted(bid["amount"] for bid in exported["bids"]) == [5_000, 20_000]

    sold = await market.ok("GET", "/v1/users/me/export", seller)
    assert sold["payout_account"] == "acct_okapi"
    [sale] = sold["orders"]
    assert (sale["payment"], sale["order"]["ship_to"]) == (None, None)


async def test_lists_are_complete_and_are_only_ones_own(market: World, admin: Person) -> None:
    buyer = await market.buyer("quentin")
    token = buyer.headers["Authorization"].removeprefix("Bearer ")
    actor, _ = await market.application.users.authenticate_request(token)
    product_id = ProductId(UUID(market.product_id))
    for number in range(103):
        await market.application.bidding.place_bid(
            actor, product_id=product_id, size="10.5", amount=2_500 + 100 * number
        )
    exported = await market.ok("GET", "/v1/users/me/export", buyer)
    assert len({bid["id"] for bid in exported["bids"]}) == 103
    await market.order(buyer, await market.seller("rosa"))
    assert (await market.ok("GET", "/v1/users/me/export", admin))["orders"] == []


async def test_what_is_owed_is_in_the_ledger(market: World) -> None:
    buyer, seller = await market.buyer("quentin"), await market.seller("rosa")
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "cancellation", seller, json={"reason": "sold elsewhere"})
    await market.workers.settle()
    [line] = (await market.ok("GET", "/v1/users/me/export", seller))["ledger"]
    assert (line["account"], line["amount"], line["order_id"]) == ("debt", -3_000, order_id)


def test_of_each_table_about_users_it_is_decided_whether_it_is_exported() -> None:
    about_users = {
        table.name
        for table in metadata.tables.values()
        if table.name == "users" or IDS & set(table.c.keys())
    }
    assert about_users == SECTIONS.keys() | LEFT_OUT.keys()
    assert set(SECTIONS.values()) <= set(Export.__struct_fields__)
