"""The export of everything that the exchange has of a person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.schema import metadata
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.entrypoints.http.edge import gate
from solebook.entrypoints.http.routes import export
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


class TestInSql:
    @pytest.fixture
    async def application(
        self, clock: VirtualClock, ids: SeededIds, tmp_path: Path
    ) -> AsyncIterator[Application]:
        async with open_sql_database(f"sqlite:///{tmp_path / 'market.sqlite3'}") as database:
            store = build_sql_store(database, clock=clock, ids=ids)
            yield build_application(embedded_adapters(store, clock=clock, ids=ids, seed=3))

    @pytest.mark.integration
    async def test_a_page_of_orders_is_read_together(
        self, market: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        buyer, seller = await market.buyer("quentin"), await market.seller("rosa")
        statements, rows = 0, SqlDatabase.rows

        async def counted(*given: Any, **values: Any) -> Any:
            nonlocal statements
            statements += 1
            return await rows(*given, **values)

        monkeypatch.setattr(SqlDatabase, "rows", counted)
        for person in (buyer, seller):
            taken = []
            for _ in range(2):
                for _ in range(3):
                    await market.order(buyer, seller)
                statements = 0
                exported = await market.ok("GET", "/v1/users/me/export", person)
                assert all(order["history"] for order in exported["orders"])
                taken.append(statements)
            assert taken[0] == taken[1] > 0

    @pytest.mark.integration
    async def test_others_get_their_turns_between_pages(
        self, market: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export, "_ORDERS_AT_ONCE", 1)
        buyer, seller = await market.buyer("quentin"), await market.seller("rosa")
        for _ in range(3):
            await market.order(buyer, seller)
        token = buyer.headers["Authorization"].removeprefix("Bearer ")
        actor, session_id = await market.application.users.authenticate_request(token)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(others())
        document = export.document(market.application, actor, session_id)
        seen = [turns async for piece in document if b'"history"' in piece]
        beside.cancel()
        assert len(set(seen)) == 3


async def test_a_user_has_one_export_at_a_time(market: World) -> None:
    buyer, other = await market.buyer("quentin"), await market.buyer("rosa")
    async with _reading(market, buyer) as reader:
        refused = await market.get("/v1/users/me/export", buyer)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        await market.ok("GET", "/v1/users/me/export", other)
        reader.read()
    await market.ok("GET", "/v1/users/me/export", buyer)


async def test_few_exports_run_at_once_and_others_wait(market: World) -> None:
    people = [await market.buyer(name) for name in ("quentin", "rosa", "sam")]
    async with _reading(market, people[0]) as one, _reading(market, people[1]) as two:
        waiting = market.later(market.get("/v1/users/me/export", people[2]))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        one.disconnect()
        assert (await waiting).status_code == 200
        two.read()


async def test_who_reads_slowly_keeps_no_place_for_ever(
    market: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "_LONGEST", 0.0)
    buyer = await market.buyer("quentin")
    async with _reading(market, buyer) as reader:
        await asyncio.sleep(0)
        await market.ok("GET", "/v1/users/me/export", buyer)
        reader.read()


async def test_a_user_has_ten_exports_in_an_hour(market: World) -> None:
    buyer = await market.buyer("quentin")
    statuses = [(await market.get("/v1/users/me/export", buyer)).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


class _Reader:
    """A client who has got the beginning of an export and does not read on."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self._reads = asyncio.Event()
        self._is_gone = asyncio.Event()

    def read(self) -> None:
        self._reads.set()

    def disconnect(self) -> None:
        self._is_gone.set()

    async def receive(self) -> Any:
        await self._is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.has_begun.set()
            await self._reads.wait()
            if not message["more_body"]:
                self.disconnect()  # as a server tells the end


@asynccontextmanager
async def _reading(market: World, who: Person) -> AsyncIterator[_Reader]:
    """Let somebody ask for an export, and wait until they have the beginning of it."""
    reader, path = _Reader(), "/v1/users/me/export"
    lines = {"host": "market.test", **who.headers}
    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(name.lower().encode(), value.encode()) for name, value in lines.items()],
        "client": ("127.0.0.1", 1),
        "server": ("market.test", 80),
    }
    call = asyncio.ensure_future(market.app(scope, reader.receive, reader.send))
    await reader.has_begun.wait()
    yield reader
    await call


def test_of_each_table_about_users_it_is_decided_whether_it_is_exported() -> None:
    about_users = {
        table.name
        for table in metadata.tables.values()
        if table.name == "users" or IDS & set(table.c.keys())
    }
    assert about_users == SECTIONS.keys() | LEFT_OUT.keys()
    assert set(SECTIONS.values()) <= set(Export.__struct_fields__)
