"""No secret that was used is in a log, a message that waits, an alarm or the audit log."""

import json
import logging
from datetime import timedelta

import httpx
import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.ports.language.paging import PageRequest

from ...served import PASSWORD
from .world import BROWSER, World, open_market

pytestmark = pytest.mark.integration

SECRET = {"access_token", "refresh_token", "token", "secret", "password"}
"""The members of bodies whose texts are secrets."""
WRONG = "wrong horse battery"
GUESS = "guessed-secret-of-a-letter-0123456789"


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
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    used = {PASSWORD, WRONG, GUESS, BROWSER["auth"], BROWSER["p256dh"]}

    async def note(answer: httpx.Response) -> None:
        await answer.aread()
        used.update(secrets_of(answer.content) | secrets_of(answer.request.content))

    world.client.event_hooks["response"].append(note)
    await open_market(world)
    buyer, seller = world.people["buyer"], world.people["seller"]
    email = {"email": "buyer@example.com"}
    await world.post("/v1/sessions", json=email | {"password": WRONG})
    await world.post("/v1/password-resets", json=email)
    await world.workers.settle()
    await world.post("/v1/email-proofs", json={"token": GUESS})
    await world.get("/v1/users/me", headers={"Authorization": f"Bearer {GUESS}"})
    await world.post("/v1/webhooks/payments", json={"token": GUESS})
    # Charges that the bank refuses, and one that fails again and again.
    declined = await world.buyer("declined", tokens.DECLINED_CARD)
    await world.order(declined, seller, 21_000)
    monkeypatch.setattr(EmbeddedPaymentProvider, "charge", lost)
    await world.order(buyer, seller, 22_000)
    store = world.application.adapters.store
    failed = repr(store.deliveries._tables.deliveries)  # type: ignore[attr-defined]  # in memory
    assert "the answer was lost" in failed
    for _ in range(30):
        await world.pass_of_time(timedelta(hours=1))

    written = [failed, caplog.text, repr([record.__dict__ for record in caplog.records])]
    dead = (await store.dead_letters.page(PageRequest(limit=100))).items
    written.append(repr(dead))
    written.append(repr(await store.outbox.unsent(1_000)))
    written.append(repr((await store.alarms.page(PageRequest(limit=100))).items))
    written.append(repr((await store.audit_log.page(PageRequest(limit=100))).items))
    assert any(record.name.startswith("solebook.") for record in caplog.records)
    assert len([secret for secret in used if len(secret) > 10]) > 10
    shown = {secret[:12] for secret in used for text in written if secret in text}
    assert shown == set()


async def lost(*_: object, **__: object) -> object:
    raise ConnectionError("the answer was lost")
