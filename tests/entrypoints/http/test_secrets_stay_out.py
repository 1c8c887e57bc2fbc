"""No secret that was used is in a log, a message that waits, an alarm or the audit log.

With a key, the files of the database have nothing personal either.
"""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.aes_cipher import AesCipher
from solebook.composition.adapters import Store
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import build_embedded, embedded_adapters
from solebook.core.payments.webhooks.handle_webhook import HandleWebhook
from solebook.core.users.detach_card import DetachCard
from solebook.ports.language.ids import UserId
from solebook.ports.language.paging import PageRequest

from ...served import ADDRESS, PASSWORD
from .world import BROWSER, Person, World, open_market

pytestmark = pytest.mark.integration

SECRET = {"access_token", "refresh_token", "token", "secret", "client_secret", "password"}
"""The members of bodies whose texts are secrets."""
WRONG = "wrong horse battery"
GUESS = "guessed-secret-of-a-letter-0123456789"
CIPHER = AesCipher({"2026": b"k" * 32}, "2026")
PHONE = "+12025550143"


@pytest.fixture(params=["memory", "sqlite"])
async def application(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, tmp_path: Path
) -> AsyncIterator[Application]:
    if request.param == "memory":
        yield build_embedded(seed=3, clock=clock)
        return
    from solebook.composition.sql_store import build_sql_store, open_sql_database

    url = f"sqlite:///{tmp_path / 'market.sqlite3'}"
    async with open_sql_database(url, cipher=CIPHER) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        yield build_application(embedded_adapters(store, clock=clock, ids=ids, seed=3))


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
    tmp_path: Path,
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
    assert {text for text in known if text in caplog.text} == set()
    check_files(tmp_path, used | known)
    await check_columns(tmp_path)


def personal(world: World) -> set[str]:
    """Return what the exchange knows of people, in words that are nowhere by chance."""
    emails = {f"{name}@example.com" for name in world.people}
    address = {text for text in ADDRESS.values() if len(text) > 5}
    cards = {tokens.CARD, tokens.DECLINED_CARD, "acct_seller"}
    return emails | address | cards | {PHONE, *BROWSER.values()} | {"Authenticator"}


async def check_columns(folder: Path) -> None:
    """Assert that each value of a column for personal values is sealed, where there are any."""
    from sqlalchemy import String, select, type_coerce

    from solebook.adapters.sql.engine.database import SqlDatabase
    from solebook.adapters.sql.engine.sealing import sealed_columns
    from solebook.adapters.sql.engine.statement import Statement
    from solebook.adapters.sql.schema import metadata

    if not (folder / "market.sqlite3").exists():
        return
    used, plain = set(), set()
    async with SqlDatabase(f"sqlite:///{folder / 'market.sqlite3'}") as database:
        for table in metadata.sorted_tables:
            for column in sealed_columns(table):
                stored = type_coerce(column, String()).label("stored")
                for row in await database.rows(Statement(select(stored))):
                    if row.stored is not None:
                        used.add(table.name)
                        text = (
                            row.stored
                            if isinstance(row.stored, str)
                            else row.stored.decode(errors="replace")
                        )
                        if not text.strip('"').startswith("sealed:2026:"):
                            plain.add(f"{table.name}.{column.name}")
    assert plain == set()
    assert len(used) > 15, used


def check_files(folder: Path, secrets: set[str]) -> None:
    """Assert that no secret is in the database or its write-ahead log."""
    for file in folder.glob("market.sqlite3*"):
        stored = file.read_bytes()
        assert {secret[:12] for secret in secrets if secret.encode() in stored} == set()


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
