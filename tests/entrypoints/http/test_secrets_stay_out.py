"""No secret that was used is in a log, a message that waits, an alarm or the audit log.

With a key, no column and no file of the database has anything personal either.
"""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import LargeBinary, String, select, type_coerce

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.aes_cipher import AesCipher
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.sealing import sealing_of
from solebook.adapters.sql.engine.statement import Statement
from solebook.adapters.sql.schema import metadata
from solebook.composition.adapters import Store
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.composition.tracing import traced_adapters
from solebook.core.payments.webhooks.handle_webhook import HandleWebhook
from solebook.core.users.detach_card import DetachCard
from solebook.ports.language.ids import UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.tracing import recording

from ...adapters.sql.test_personal_columns import may_be_personal
from ...served import ADDRESS, PASSWORD
from .whole_trade import Recorder, traced_application
from .world import BROWSER, PASS, Person, World, open_market

pytestmark = pytest.mark.integration

SECRET = {"access_token", "refresh_token", "token", "secret", "client_secret", "password"}
"""The members of bodies whose texts are secrets."""
WRONG = "wrong horse battery"
GUESS = "guessed-secret-of-a-letter-0123456789"
CIPHER = AesCipher({"2026": b"k" * 32}, "2026")
PHONE = "+12025550143"
MARK = "quetzal"
"""Is in what some people tell of themselves, and nowhere else."""
MARKS = {MARK, MARK.title()}


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """The URL of the store. None if it is in memory."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'market.sqlite3'}" if request.param == "sqlite" else None


@pytest.fixture
async def application(
    store_url: str | None, clock: VirtualClock, ids: SeededIds
) -> AsyncIterator[Application]:
    if store_url is None:
        yield traced_application(clock)
        return
    migrates = store_url.startswith("sqlite")
    async with open_sql_database(store_url, cipher=CIPHER, migrate=migrates) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        adapters = embedded_adapters(store, clock=clock, ids=ids, seed=3)
        yield build_application(traced_adapters(adapters))


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    with recording(recorder.tracer):
        yield recorder


def secrets_of(body: bytes) -> set[str]:
    """Return the secrets of a request or an answer."""
    found: set[str] = set()

    def look(value: object) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                if name in SECRET and isinstance(one, str):
                    found.add(one)
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    if body.startswith((b"{", b"[")):
        look(json.loads(body))
    return found


async def test_no_secret_is_in_a_log_a_message_an_alarm_or_the_audit_log(
    world: World,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    recorder: Recorder,
    store_url: str | None,
    request: pytest.FixtureRequest,
) -> None:
    caplog.set_level(logging.DEBUG)
    used = {PASSWORD, WRONG, GUESS, BROWSER["auth"], BROWSER["p256dh"]}

    async def number(asked: httpx.Request) -> None:
        if asked.method == "POST":  # so that the answers are kept that may be
            asked.headers.setdefault("Idempotency-Key", str(uuid4()))

    async def note(answer: httpx.Response) -> None:
        await answer.aread()
        used.update(secrets_of(answer.content) | secrets_of(answer.request.content))

    world.client.event_hooks["request"].append(number)
    world.client.event_hooks["response"].append(note)
    await open_market(world)
    buyer, seller = world.people["buyer"], world.people["seller"]
    email = {"email": "buyer@example.com"}
    await world.post("/v1/sessions", json=email | {"password": WRONG})
    await world.post("/v1/password-resets", json=email)
    await world.workers.settle()
    preferences = "/v1/users/me/notification-preferences"
    await world.ok("PUT", preferences, buyer, json={"phone": PHONE, "devices": [], "channels": {}})
    await trade_of_marked_people(world)
    await world.post("/v1/email-proofs", json={"token": GUESS})
    await world.get("/v1/users/me", headers={"Authorization": f"Bearer {GUESS}"})
    await world.post("/v1/webhooks/payments", json={"token": GUESS})
    # Charges that the bank refuses, and one that fails again and again.
    declined = await world.buyer("declined", tokens.DECLINED_CARD)
    await world.order(declined, seller, 21_000)
    monkeypatch.setattr(EmbeddedPaymentProvider, "charge", lost)
    await world.order(buyer, seller, 22_000)
    # A webhook of the provider, and a removed card, that cannot be handled. The errors tell all.
    store = world.application.adapters.store
    monkeypatch.setattr(HandleWebhook, "__call__", telling_all(store, buyer, seller))
    monkeypatch.setattr(DetachCard, "__call__", telling_all(store, buyer, seller))
    [card] = await world.ok("GET", "/v1/users/me/payment-methods", declined)
    await world.ok("DELETE", f"/v1/users/me/payment-methods/{card['id']}", declined)
    provider = world.application.adapters.payment_provider
    assert isinstance(provider, EmbeddedPaymentProvider)
    body, signature = (await provider.webhooks())[0]
    await world.application.payments.receive_webhook(body, signature)
    for _ in range(30):
        await world.pass_of_time(timedelta(hours=1))

    written = [caplog.text, repr([record.__dict__ for record in caplog.records])]
    dead = (await store.dead_letters.page(PageRequest(limit=100))).items
    told = [letter.consumer for letter in dead if "User(" in letter.error]
    assert len(told) == 2, dead
    written.append(repr(dead))
    written.extend(repr(letter.message.event) for letter in dead)
    written.append(repr(await store.outbox.unsent(1_000)))
    written.append(repr((await store.alarms.page(PageRequest(limit=100))).items))
    written.append(repr((await store.audit_log.page(PageRequest(limit=100))).items))
    assert any(record.name.startswith("solebook.") for record in caplog.records)
    assert len([secret for secret in used if len(secret) > 10]) > 10
    shown = {secret[:12] for secret in used for text in written if secret in text}
    assert shown == set()
    known = personal(world)
    told_of = [caplog.text, "".join(span.to_json() for span in recorder.spans)]
    assert len(recorder.traces) > 50
    assert {text for text in known for each in told_of if text in each} == set()
    if store_url is not None:
        await check_columns(store_url, used | known | {"127.0.0.1"})
        # The server of PostgreSQL has what other tests left.
        words = used | known if store_url.startswith("sqlite") else MARKS
        check_files(await files_of(store_url, request), words)


def personal(world: World) -> set[str]:
    """Return what the exchange knows of people, in words that are nowhere by chance."""
    emails = {f"{name}@example.com" for name in world.people}
    address = {text for text in ADDRESS.values() if len(text) > 5}
    cards = {tokens.CARD, tokens.DECLINED_CARD, "acct_seller"}
    return emails | address | cards | MARKS | {PHONE, *BROWSER.values()} | {"Authenticator"}


async def trade_of_marked_people(world: World) -> None:
    """Have people trade and complain, of whom all that they tell has the mark."""
    admin, authenticator = world.people["admin"], world.people["authenticator"]
    buyer = await world.buyer(f"{MARK}buyer")
    address = {**ADDRESS, "street": f"7 {MARK} road", "city": MARK}
    await world.ok("POST", "/v1/users/me/addresses", buyer, json=address)
    await world.ok("PATCH", "/v1/users/me", buyer, json={"first_name": MARK})
    key = {"name": f"{MARK} bot", "scopes": ["read"]}
    await world.ok("POST", "/v1/users/me/api-keys", buyer, json=key)
    endpoint = {"url": f"https://hooks.example.com/{MARK}", "kinds": ["order.created"]}
    await world.ok("POST", "/v1/webhooks", buyer, json=endpoint)
    alarms = {"url": f"https://hooks.example.com/{MARK}/alarms", "kinds": ["alarm.raised"]}
    await world.ok("POST", "/v1/admin/webhooks", admin, json={**alarms, "reason": "as agreed"})
    seller = await world.seller(f"{MARK}seller", f"acct_{MARK}")
    order_id = await world.order(buyer, seller, 19_000)
    parcel = {"carrier": "UPS", "tracking_number": f"1Z{MARK}"}
    await world.move(order_id, "shipment", seller, json=parcel)
    await world.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
    await world.ok("POST", f"{task}/claim", authenticator)
    await world.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await world.workers.settle()
    await world.move(order_id, "dispatch", authenticator, json=parcel)
    await world.move(order_id, "delivery", buyer)
    complaint = {"kind": "not_as_described", "reason": f"{MARK} says that it is a size 9"}
    await world.move(order_id, "complaint", buyer, json=complaint)


async def check_columns(url: str, secrets: set[str]) -> None:
    """Assert that personal values are sealed, and that no column of any table has a secret."""
    used, plain = set(), set()
    async with SqlDatabase(url) as database:
        for column in (column for table in metadata.sorted_tables for column in table.c):
            name = f"{column.table.name}.{column.name}"
            if not may_be_personal(column):
                continue
            kind = LargeBinary() if isinstance(column.type, LargeBinary) else String()
            stored = type_coerce(column, kind).label("stored")
            for row in await database.rows(Statement(select(stored).where(column.is_not(None)))):
                text = (
                    row.stored
                    if isinstance(row.stored, str)
                    else bytes(row.stored).decode(errors="replace")
                )
                if sealing_of(column) is not None:
                    used.add(column.table.name)
                    if not text.strip('"').startswith("sealed:2026:"):
                        plain.add(name)
                plain |= {name for secret in secrets if secret in text}
    assert plain == set()
    assert len(used) > 15, used


def check_files(files: list[Path], secrets: set[str]) -> None:
    """Assert that no secret is in the files of a database."""
    assert files
    for file in files:
        stored = file.read_bytes()
        found = {secret[:12] for secret in secrets if secret.encode() in stored}
        assert found == set(), file


async def files_of(url: str, request: pytest.FixtureRequest) -> list[Path]:
    """Return the files of a database with all that was committed, its write-ahead log too."""
    if url.startswith("sqlite"):
        return [*Path(url.removeprefix("sqlite:///")).parent.glob("market.sqlite3*")]
    import asyncpg  # type: ignore[import-untyped]  # it has no annotations

    connection = await asyncpg.connect(url)
    await connection.execute("CHECKPOINT")
    number = await connection.fetchval(
        "SELECT oid FROM pg_database WHERE datname = current_database()"
    )
    await connection.close()
    data = request.getfixturevalue("postgres_server").data
    return [*(data / "base" / str(number)).iterdir(), *(data / "pg_wal").glob("0*")]


def telling_all(store: Store, *people: Person) -> Callable[..., Awaitable[None]]:
    """Return a consumer that fails, and whose error has everything that is stored of people."""

    async def fail(*_: object) -> None:
        found: list[object] = []
        for person in people:
            user_id = UserId(UUID(person.id))
            found.append(await store.users.get(user_id))
            found += await store.payment_methods.of(user_id)
            found += (await store.payouts.of_seller(user_id, PageRequest())).items
            found += (await store.orders.of_user(user_id, PageRequest())).items
        raise AssertionError(found)

    return fail


async def lost(*_: object, **__: object) -> object:
    raise ConnectionError("the answer was lost")
