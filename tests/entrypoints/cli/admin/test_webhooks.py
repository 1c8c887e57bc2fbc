"""`solebook admin replay-webhook`: a body that cannot be read stops no other."""

import argparse
import json

import pytest

from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.composition.engine import engine_of
from solebook.entrypoints.cli.admin.webhooks import an_instant, replay
from solebook.ports.language.errors import InvalidText
from solebook.ports.language.payments import Webhook

from ....exchange import build_exchange
from ..conftest import Run

_read = EmbeddedPaymentProvider.read_webhook


def read_all_but_two(provider: EmbeddedPaymentProvider, body: bytes) -> Webhook:
    if json.loads(body)["id"] == "evt_2":
        raise InvalidText(field="body", problem="has no amount")
    return _read(provider, body)


async def test_body_that_cannot_be_read_any_more_is_named_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = build_exchange()
    await exchange.open()
    for number in range(1, 4):
        body = json.dumps({"id": f"evt_{number}", "type": "card.blessed", "data": {}}).encode()
        await exchange.app.payments.receive_webhook(body, exchange.provider.sign(body))
    monkeypatch.setattr(EmbeddedPaymentProvider, "read_webhook", read_all_but_two)
    options = argparse.Namespace(
        webhook=None, type="card.blessed", since=None, until=None, reason="an upgrade"
    )
    told = await replay(exchange.app, options)
    assert told.code == 1
    assert told.text.splitlines() == [
        "evt_2: body has no amount",
        "2 webhooks read again, 2 of an unknown kind, 1 cannot be read",
    ]
    options.webhook, options.type = "evt_2", None
    with pytest.raises(InvalidText):
        await replay(exchange.app, options)
    await engine_of(exchange.app).stop()


def test_a_time_that_is_none_is_refused_with_its_option_and_an_example(run: Run) -> None:
    for text in ("yesterday", "2026-03-02T12:00"):
        refused = run("admin", "replay-webhook", "--type", "x", "--since", text, "--reason", "why")
        assert refused.code == 2
        assert "--since" in refused.err
        assert f"'{text}' is no instant with a time zone, such as 2026-03-02T12:00Z" in refused.err
    assert an_instant("2026-03-02T12:00Z").hour == 12
