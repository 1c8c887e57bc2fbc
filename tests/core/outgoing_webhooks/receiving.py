"""What endpoints were sent, as an independent implementation reads it."""

import json
from datetime import UTC, datetime
from typing import Any, cast

from standardwebhooks import Webhook

from solebook.adapters.memory.webhook_sender import MemoryWebhookSender, SentWebhook
from solebook.ports.language.users import Actor
from solebook.ports.language.webhook_endpoints import Answer, WebhookEndpoint

from ...exchange import Exchange

URL = "https://hooks.example.com/events"
UP = Answer(204, None, 3)
DOWN = Answer(None, "no answer within 10 s", 10_000)


def sender_of(exchange: Exchange) -> MemoryWebhookSender:
    return cast("MemoryWebhookSender", exchange.app.adapters.webhook_sender)


async def register(
    exchange: Exchange, owner: Actor, *kinds: str, url: str = URL
) -> WebhookEndpoint:
    create = exchange.app.outgoing_webhooks.create_endpoint
    return await create(owner, url=url, kinds=kinds)


def secret(exchange: Exchange, endpoint: WebhookEndpoint) -> str:
    return exchange.app.outgoing_webhooks.rotate_secret.secret(endpoint.id, endpoint.secret_version)


def is_signed(sent: SentWebhook, *keys: str) -> bool:
    """Whether the signatures of a webhook are those of these secrets, in any sequence."""
    headers = sent.headers
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
    text = sent.body.decode()
    signatures = [Webhook(key).sign(headers["webhook-id"], at, text) for key in keys]
    return sorted(headers["webhook-signature"].split()) == sorted(signatures)


def told(exchange: Exchange, url: str = URL) -> list[tuple[str, dict[str, Any]]]:
    """Return the kind and the data of all that was sent to a URL."""
    bodies = [json.loads(sent.body) for sent in sender_of(exchange).sent if sent.url == url]
    return [(body["type"], body["data"]) for body in bodies]
