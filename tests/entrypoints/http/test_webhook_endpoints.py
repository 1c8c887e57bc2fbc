"""Webhook endpoints over HTTP: secrets, tests, the log, and what the document says is sent."""

import json
from typing import Any, cast

import jsonschema_rs
import pytest

from solebook.adapters.memory.webhook_sender import MemoryWebhookSender
from solebook.ports.language.webhook_endpoints import Answer
from solebook.ports.language.webhook_events import CONTENTS, KINDS

from .world import Person, World

HOOKS = "/v1/webhooks"
URL = "https://hooks.example.com/"


def sent(market: World) -> MemoryWebhookSender:
    return cast("MemoryWebhookSender", market.application.adapters.webhook_sender)


async def register(market: World, who: Person, *kinds: str) -> dict[str, Any]:
    body = {"url": URL, "kinds": kinds or ("order.created",)}
    return dict(await market.ok("POST", HOOKS, who, json=body))


async def test_a_secret_is_shown_when_it_is_given_and_never_stored(
    market: World, buyer: Person
) -> None:
    body = {"url": URL, "kinds": ["order.created"]}
    key = {"Idempotency-Key": "once"}
    first = await market.post(HOOKS, buyer, body, headers=key)
    again = await market.post(HOOKS, buyer, body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    [listed] = (await market.ok("GET", HOOKS, buyer))["items"]
    assert listed == first.json()["endpoint"]
    rotated = await market.ok("POST", f"{HOOKS}/{listed['id']}/secret", buyer)
    assert rotated["secret"] != secret
    assert rotated["endpoint"]["secret_version"] == 2

    database = market.application.adapters.store.transaction
    kept = repr(vars(database.tables))  # type: ignore[attr-defined]  # of the memory store
    assert not any(each.removeprefix("whsec_") in kept for each in (secret, rotated["secret"]))


async def test_a_test_is_sent_and_in_the_log_with_what_came_of_it(
    market: World, buyer: Person
) -> None:
    path = f"{HOOKS}/{(await register(market, buyer))['endpoint']['id']}"
    sent(market).answer = lambda _: Answer(500, "answered 500", 7)
    test = await market.ok("POST", f"{path}/test", buyer)
    await market.workers.settle()

    [logged] = (await market.ok("GET", f"{path}/log?state=waiting", buyer))["items"]
    assert (logged["id"], logged["kind"]) == (test["id"], "webhook.test")
    assert (logged["status"], logged["error"], logged["took_ms"]) == (500, "answered 500", 7)
    assert logged["attempts"] == 1
    [request] = sent(market).sent
    assert request.headers["webhook-id"] == logged["webhook_id"]
    whole = await market.ok("GET", f"{path}/log/{logged['id']}", buyer)
    assert whole["body"].encode() == request.body

    sent(market).answer = lambda _: Answer(200, None, 7)
    await market.ok("POST", f"{path}/log/{logged['id']}/replay", buyer)
    await market.ok("PUT", path, buyer, json={"kinds": ["order.shipped"], "enabled": False})
    refused = await market.post(f"{path}/test", buyer)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/endpoint-disabled")
    [failed] = (await market.ok("GET", f"{path}/log?state=failed", buyer))["items"]
    assert failed["id"] == logged["id"]
    assert (await market.ok("PUT", path, buyer, json={"kinds": ["order.shipped"]}))["enabled"]
    replay = {"since": failed["created_at"]}
    assert await market.ok("POST", f"{path}/replay", buyer, json=replay) == {"replayed": 1}


async def test_what_is_sent_is_as_the_document_says(
    market: World, buyer: Person, seller: Person
) -> None:
    document = (await market.get("/schema/openapi.json")).json()
    assert list(document["webhooks"]) == list(CONTENTS)
    for who in (buyer, seller):
        kinds = [kind for kind in KINDS if kind not in ("user.registered", "alarm.raised")]
        await register(market, who, *kinds)
    await market.order(buyer, seller)
    await market.ask(seller, 30_000)
    await market.workers.settle()

    bodies = [json.loads(request.body) for request in sent(market).sent]
    assert {"match.created", "order.created", "payment.captured", "lowest_ask.changed"} <= {
        body["type"] for body in bodies
    }
    for body in bodies:
        operation = document["webhooks"][body["type"]]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": document["components"]}
        jsonschema_rs.validator_for(whole).validate(body)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "http://127.0.0.1/"}, 422),
        ({"kinds": []}, 422),
        ({"kinds": ["no.such"]}, 422),
        ({"more": 1}, 422),
    ],
)
async def test_a_wrong_registration_is_refused(
    market: World, buyer: Person, change: dict[str, Any], status: int
) -> None:
    body = {"url": URL, "kinds": ["order.created"]} | change
    assert (await market.post(HOOKS, buyer, body)).status_code in (status, 400)
