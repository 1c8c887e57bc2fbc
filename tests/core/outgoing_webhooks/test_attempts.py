"""Signatures, retries, rests, the end of patience, tests and replays."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from solebook.adapters.memory.webhook_sender import SentWebhook
from solebook.core.outgoing_webhooks import tell_endpoints, waiting_room
from solebook.core.outgoing_webhooks.signatures import headers_of, secret_of
from solebook.ports.language.errors import (
    EndpointDisabled,
    InvalidText,
    NotFound,
    TooManyEndpoints,
    TooManyWaiting,
)
from solebook.ports.language.ids import OutgoingWebhookId, UserId, WebhookEndpointId
from solebook.ports.language.notifications import Notification, NotificationKind
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.webhook_endpoints import (
    Answer,
    OutgoingState,
    OutgoingWebhook,
    WebhookEndpoint,
)

from ...exchange import Exchange
from .receiving import DOWN, UP, URL, is_signed, register, secret, sender_of, told

ALL = PageRequest(limit=100)
_ID = UUID("01890a5e-3f20-7c6d-9b1a-5e4d3c2b1a10")


async def _notices(exchange: Exchange) -> Sequence[Notification]:
    page = await exchange.store.notifications.of_user(exchange.buyer.user_id, ALL)
    return page.items


async def test_a_webhook_is_signed_and_with_both_secrets_for_a_day_after_a_rotation(
    exchange: Exchange,
) -> None:
    webhooks = exchange.app.outgoing_webhooks
    endpoint = await register(exchange, exchange.buyer, "match.created")
    first = secret(exchange, endpoint)

    async def next_sent() -> SentWebhook:
        await webhooks.send_test(exchange.buyer, endpoint.id)
        await exchange.workers.settle()
        return sender_of(exchange).sent[-1]

    assert is_signed(await next_sent(), first)
    rotated = await webhooks.rotate_secret(exchange.buyer, endpoint.id)
    second = secret(exchange, rotated)
    assert second != first
    await exchange.clock.advance(timedelta(hours=23))
    assert is_signed(await next_sent(), first, second)
    await exchange.clock.advance(timedelta(hours=1))
    assert is_signed(await next_sent(), second)


def test_an_independent_receiver_accepts_the_signature_and_nothing_else() -> None:
    now = datetime.now(UTC)
    endpoint = WebhookEndpoint(WebhookEndpointId(_ID), UserId(_ID), URL, ("match.created",), now)
    webhook = OutgoingWebhook(
        OutgoingWebhookId(_ID),
        endpoint.id,
        "match.created",
        '{"type":"match.created","ä":1}',
        now,
        now,
    )
    headers = dict(headers_of(b"key", endpoint, webhook, now=now, real_time=now))
    receiver = Webhook(secret_of(b"key", endpoint.id, 1))

    assert receiver.verify(webhook.body, headers) == {"type": "match.created", "ä": 1}
    for other in (
        Webhook(secret_of(b"key", endpoint.id, 2)),
        Webhook(secret_of(b"k", endpoint.id, 1)),
    ):
        with pytest.raises(WebhookVerificationError):
            other.verify(webhook.body, headers)
    late = headers_of(b"key", endpoint, webhook, now=now, real_time=now - timedelta(minutes=6))
    for body, sent in ((webhook.body + " ", headers), (webhook.body, dict(late))):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(body, sent)


async def test_what_is_not_accepted_is_sent_again_under_the_same_id(exchange: Exchange) -> None:
    await register(exchange, exchange.buyer, "match.created")
    sender = sender_of(exchange)
    sender.answer = lambda _: DOWN
    await exchange.match()
    await exchange.workers.settle()
    sender.answer = lambda _: UP
    await exchange.later(timedelta(minutes=1))

    assert len(sender.sent) == 2
    assert len({(sent.headers["webhook-id"], sent.body) for sent in sender.sent}) == 1


async def test_one_that_is_refused_delays_no_other_to_the_same_endpoint(
    exchange: Exchange,
) -> None:
    await register(exchange, exchange.buyer, "match.created", "order.created")
    sender = sender_of(exchange)
    refused = Answer(500, "answered 500", 1)
    sender.answer = lambda sent: refused if b'"match.created"' in sent.body else UP
    await exchange.match()
    for _ in range(10):
        await exchange.later(timedelta(seconds=10))

    kinds = [kind for kind, _ in told(exchange)]
    assert kinds.count("order.created") == 1
    assert kinds.count("match.created") > 1


async def test_an_endpoint_that_fails_rests_longer_and_longer_and_is_disabled_after_days(
    exchange: Exchange,
) -> None:
    webhooks = exchange.app.outgoing_webhooks
    endpoint = await register(exchange, exchange.buyer, "match.created", "order.created")
    sender = sender_of(exchange)
    sender.answer = lambda _: DOWN
    await exchange.trade()
    await exchange.later(timedelta(hours=1))
    in_an_hour = len(sender.sent)
    assert in_an_hour < 30
    for _ in range(80):
        await exchange.later(timedelta(hours=1))

    disabled = await webhooks.list_endpoints.one(exchange.buyer, endpoint.id)
    assert disabled.disabled == "failing"
    kinds = [notice.notice.KIND for notice in await _notices(exchange)]
    assert kinds.count(NotificationKind.WEBHOOK_DISABLED) == 1
    sent = len(sender.sent)
    await exchange.match()
    await exchange.later(timedelta(days=1))
    assert len(sender.sent) == sent
    log = await webhooks.view_log(exchange.buyer, endpoint.id, ALL, state=OutgoingState.FAILED)
    assert {webhook.kind for webhook in log.items} == {"match.created", "order.created"}


async def test_what_an_endpoint_missed_is_replayed_when_it_is_enabled_again(
    exchange: Exchange,
) -> None:
    webhooks, buyer = exchange.app.outgoing_webhooks, exchange.buyer
    endpoint = await register(exchange, buyer, "match.created")
    sender, began = sender_of(exchange), exchange.clock.now()
    sender.answer = lambda _: Answer(410, "answered 410", 1)
    await exchange.match()
    await exchange.workers.settle()
    [missed] = (await webhooks.view_log(buyer, endpoint.id, ALL)).items
    assert (missed.state, missed.status) == (OutgoingState.FAILED, 410)
    for refused in (
        webhooks.replay_webhooks.since(buyer, endpoint.id, began),
        webhooks.replay_webhooks.one(buyer, endpoint.id, missed.id),
        webhooks.send_test(buyer, endpoint.id),
    ):
        with pytest.raises(EndpointDisabled):
            await refused

    sender.answer = lambda _: UP
    await webhooks.change_endpoint(buyer, endpoint.id, kinds=["match.created"], enabled=True)
    assert await webhooks.replay_webhooks.since(buyer, endpoint.id, began) == 1
    assert await webhooks.replay_webhooks.since(buyer, endpoint.id, began) == 0
    await exchange.workers.settle()
    [again] = (await webhooks.view_log(buyer, endpoint.id, ALL)).items
    assert (again.id, again.state, again.body) == (missed.id, OutgoingState.DELIVERED, missed.body)
    await webhooks.replay_webhooks.one(buyer, endpoint.id, again.id)
    await exchange.workers.settle()
    assert len({sent.headers["webhook-id"] for sent in sender.sent}) == 1
    assert len(sender.sent) == 3


async def test_an_endpoint_for_which_too_much_waits_is_disabled(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tell_endpoints, "MAX_WAITING", 2)
    endpoint = await register(exchange, exchange.buyer, "match.created")
    sender_of(exchange).answer = lambda _: DOWN
    for _ in range(3):
        await exchange.match()
        await exchange.workers.settle()

    view = exchange.app.outgoing_webhooks.list_endpoints.one
    assert (await view(exchange.buyer, endpoint.id)).disabled == "behind"


async def test_tests_and_replays_count_toward_what_may_wait(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "MAX_WAITING", 3)
    webhooks, buyer, began = exchange.app.outgoing_webhooks, exchange.buyer, exchange.clock.now()
    endpoint = await register(exchange, buyer, "match.created")
    tests = [await webhooks.send_test(buyer, endpoint.id) for _ in range(3)]
    with pytest.raises(TooManyWaiting):
        await webhooks.send_test(buyer, endpoint.id)
    await exchange.workers.settle()
    replay = webhooks.replay_webhooks
    await webhooks.send_test(buyer, endpoint.id)
    assert await replay.since(buyer, endpoint.id, began, OutgoingState.DELIVERED) == 2
    for refused in (
        replay.since(buyer, endpoint.id, began, OutgoingState.DELIVERED),
        replay.one(buyer, endpoint.id, tests[2].id),
        webhooks.send_test(buyer, endpoint.id),
    ):
        with pytest.raises(TooManyWaiting):
            await refused
    await exchange.workers.settle()
    assert len(sender_of(exchange).sent) == 6


async def test_one_endpoint_gets_one_webhook_at_a_time_and_one_that_hangs_delays_no_other(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("https://hangs.example.com/", "https://works.example.com/"):
        await register(exchange, exchange.buyer, "match.created", "order.created", url=url)
    sender, under_way = sender_of(exchange), 0
    released, others_work = asyncio.Event(), asyncio.Event()
    send = sender.send

    async def slow(url: str, headers: dict[str, str], body: bytes) -> Answer:
        nonlocal under_way
        if "hangs" in url:
            under_way += 1
            assert under_way == 1
            await released.wait()
            under_way -= 1
        else:
            others_work.set()
        return await send(url, headers, body)

    monkeypatch.setattr(sender, "send", slow)
    await exchange.match()
    settling = asyncio.create_task(exchange.workers.settle())
    await others_work.wait()
    assert told(exchange, "https://hangs.example.com/") == []
    released.set()
    await settling
    assert len(told(exchange, "https://hangs.example.com/")) == 2


async def test_an_endpoint_with_much_to_get_goes_to_the_end_of_the_line(exchange: Exchange) -> None:
    webhooks, buyer = exchange.app.outgoing_webhooks, exchange.buyer
    busy, other = [
        await register(exchange, buyer, "match.created", url=f"https://{name}.example.com/")
        for name in ("busy", "other")
    ]
    for _ in range(40):
        await webhooks.send_test(buyer, busy.id)
    await exchange.clock.advance(timedelta(seconds=1))
    await webhooks.send_test(buyer, other.id)
    send = webhooks.send_webhooks
    assert list(await send.claim(1)) == [busy.id]
    await exchange.clock.advance(timedelta(seconds=1))
    assert await send(busy.id) == 16
    assert list(await send.claim(2)) == [other.id, busy.id]


async def test_a_turn_ends_when_an_endpoint_takes_long(exchange: Exchange) -> None:
    webhooks, buyer, clock = exchange.app.outgoing_webhooks, exchange.buyer, exchange.clock
    endpoint = await register(exchange, buyer, "match.created")
    for _ in range(5):
        await webhooks.send_test(buyer, endpoint.id)

    def slowly(_: SentWebhook) -> Answer:
        clock._now += timedelta(seconds=6)
        return UP

    sender_of(exchange).answer = slowly
    await webhooks.send_webhooks.claim(1)
    assert await webhooks.send_webhooks(endpoint.id) == 2


async def test_the_host_of_one_endpoint_too_many_is_not_looked_up(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        await register(exchange, exchange.buyer, "match.created")
    sender_of(exchange).problem = "has a host that is not on the public internet"
    with pytest.raises(TooManyEndpoints):
        await register(exchange, exchange.buyer, "match.created")


async def test_the_log_is_forgotten_after_its_life(exchange: Exchange) -> None:
    webhooks = exchange.app.outgoing_webhooks
    endpoint = await register(exchange, exchange.buyer, "match.created")
    await webhooks.send_test(exchange.buyer, endpoint.id)
    await exchange.later(timedelta(days=6))
    assert (await webhooks.view_log(exchange.buyer, endpoint.id, ALL)).items
    await exchange.later(timedelta(days=2))
    assert not (await webhooks.view_log(exchange.buyer, endpoint.id, ALL)).items


async def test_a_user_has_a_limited_number_of_endpoints_and_reaches_only_their_own(
    exchange: Exchange,
) -> None:
    webhooks = exchange.app.outgoing_webhooks
    mine = [await register(exchange, exchange.buyer, "match.created") for _ in range(10)]
    with pytest.raises(TooManyEndpoints):
        await register(exchange, exchange.buyer, "match.created")
    other = exchange.seller
    for refused in (
        webhooks.list_endpoints.one(other, mine[0].id),
        webhooks.change_endpoint(other, mine[0].id, kinds=["match.created"], enabled=False),
        webhooks.rotate_secret(other, mine[0].id),
        webhooks.remove_endpoint(other, mine[0].id),
        webhooks.send_test(other, mine[0].id),
        webhooks.view_log(other, mine[0].id, ALL),
        webhooks.replay_webhooks.since(other, mine[0].id, exchange.clock.now()),
    ):
        with pytest.raises(NotFound):
            await refused
    await webhooks.remove_endpoint(exchange.buyer, mine[0].id)
    await register(exchange, exchange.buyer, "match.created")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com\\@evil.example.com/",
        "https:///path",
        "ftp://hooks.example.com/",
        "https://[::1",
        "https://hooks.example.com/\r\nHost: other",
    ],
)
async def test_a_url_that_is_not_plain_https_is_refused(exchange: Exchange, url: str) -> None:
    with pytest.raises(InvalidText):
        await register(exchange, exchange.buyer, "match.created", url=url)


async def test_a_url_whose_host_is_not_public_is_refused(exchange: Exchange) -> None:
    sender_of(exchange).problem = "has a host that is not on the public internet"
    with pytest.raises(InvalidText, match="not on the public"):
        await register(exchange, exchange.buyer, "match.created")
