"""An exchange on SQLite with orders in every state, whose files a test may tamper with."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.engine import engine_of
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.users import Actor, Role

from ....exchange import MONDAY, Exchange
from ....fragile_store import Edges
from ....journeys.fragile_machine import Machine
from .busy import become_busy

LATER = timedelta(days=30)
MUCH_LATER = timedelta(days=60)
"""After everything in `busy`."""
Tamper = Callable[..., None]


@asynccontextmanager
async def exchange_in(
    folder: Path, after: timedelta = LATER, store_url: str | None = None
) -> AsyncIterator[Exchange]:
    """Build the whole application on the files, some time after Monday, with nothing started."""
    clock = VirtualClock(MONDAY + after)
    machine = Machine(folder, clock, SeededIds(7 + after.days, clock), store_url=store_url)
    async with machine.process(Edges(None), migrate=not after) as exchange:
        yield exchange


@pytest.fixture(scope="package")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the exchange, and the ids in it by name."""
    folder = tmp_path_factory.mktemp("healthy")
    asyncio.run(_trade_in(folder))
    return folder


async def _trade_in(folder: Path) -> None:
    async with exchange_in(folder, timedelta(0)) as exchange:
        await exchange.open()
        ids: dict[str, Any] = {}
        ids["paid_out"] = (await exchange.trade(OrderStatus.DELIVERED)).id
        await exchange.later(timedelta(days=4))
        refunded = await exchange.trade(OrderStatus.DELIVERED)
        await exchange.app.orders.refund_order(
            exchange.admin, refunded.id, reason="a kindness", borne_by=Bearer.EXCHANGE
        )
        await exchange.workers.settle()
        ids["refunded"] = refunded.id
        for status in OrderStatus:
            if status is not OrderStatus.PENDING:
                ids[status] = (await exchange.trade(status)).id
        declined = await exchange.match(buyer=await exchange.new_buyer(tokens.DECLINED_CARD))
        await exchange.quiet()
        ids["declined"] = declined
        ids["returned_ask"] = (await exchange.store.quotes.match(declined)).ask_id
        ids["bid"] = (await exchange.bid(exchange.buyer, 15_000)).quote.id
        ids["ask"] = (await exchange.ask(exchange.seller, 25_000)).quote.id
        await exchange.workers.settle()
        ids["pending"] = await exchange.match(price=18_000)
        ids |= {name: getattr(exchange, name).user_id for name in ("buyer", "seller", "admin")}
        ids["product"] = exchange.product.id
        await engine_of(exchange.app).stop()
    text = json.dumps({str(name): str(id_) for name, id_ in ids.items()})
    (folder / "ids.json").write_text(text)


@pytest.fixture(scope="package")
def busy(healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of an exchange that has rows in every table."""
    folder = tmp_path_factory.mktemp("busy") / "files"
    shutil.copytree(healthy, folder)
    asyncio.run(_become_busy(folder))
    return folder


async def _become_busy(folder: Path) -> None:
    ids = json.loads((folder / "ids.json").read_text())
    async with exchange_in(folder) as exchange:
        await engine_of(exchange.app).start()
        exchange.product = await exchange.store.products.get(ProductId(UUID(ids["product"])))
        for role in (Role.ADMIN, Role.BUYER, Role.SELLER):
            actor = Actor(UserId(UUID(ids[role])), frozenset({role}))
            setattr(exchange, role, actor)
        exchange.people = [exchange.admin] * 10  # whose email addresses are taken
        exchange.authenticator = await exchange.person(Role.AUTHENTICATOR)
        await become_busy(exchange)
        await engine_of(exchange.app).stop()


@pytest.fixture
def folder(healthy: Path, tmp_path: Path) -> Path:
    """A copy of the files."""
    return Path(shutil.copytree(healthy, tmp_path / "copy"))


@pytest.fixture
def names(folder: Path) -> dict[str, str]:
    """The ids of orders by state, with what belongs to them, of quotes, people and the product."""
    found: dict[str, str] = json.loads((folder / "ids.json").read_text())
    with closing(sqlite3.connect(folder / "store.db")) as database:

        def value(sql: str, *given: str) -> str:
            row = database.execute(sql, given).fetchone()
            return "" if row is None else str(row[0])

        for name, id_ in list(found.items()):
            one = UUID(id_).hex
            for column in ("bid_id", "ask_id"):
                other = value(f"SELECT {column} FROM matches WHERE id = ?", one)
                found[f"{name}_{column[:3]}"] = str(UUID(other)) if other else ""
            task = value("SELECT id FROM authentication_tasks WHERE order_id = ?", one)
            found[f"{name}_task"] = str(UUID(task)) if task else ""
        found["last"] = value("SELECT sequence FROM engine_shards")
        found["message"] = str(UUID(value("SELECT id FROM outbox WHERE subject = 'match.created'")))
        confirmed = UUID(found["confirmed"]).hex
        found["charge"] = value("SELECT charge_id FROM payments WHERE order_id = ?", confirmed)
        paid = value("SELECT paid FROM payouts WHERE order_id = ?", UUID(found["paid_out"]).hex)
        found["paid"] = f"{int(paid) / 100:.2f}"
        found["first"], found["second"] = sorted([found["confirmed"], found["delivered"]])
    return found


@pytest.fixture
def tamper(folder: Path, names: dict[str, str]) -> Tamper:
    """Run SQL on the file. `:name` is an id as it is stored, `:name_` its text with dashes."""

    def run(*statements: str) -> None:
        values = {name: text.replace("-", "") for name, text in names.items()}
        values |= {f"{name}_": text for name, text in names.items()}
        with closing(sqlite3.connect(folder / "store.db")) as database:
            for statement in statements:
                database.execute(statement, values)
            database.commit()

    return run
