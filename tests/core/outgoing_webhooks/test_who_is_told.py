"""Who gets which events, and what they see of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from solebook.core.outgoing_webhooks.contents import TOLD, content_of
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import Forbidden, InvalidText
from solebook.ports.language.events import AlarmRaised, OrderCancelled, OrderRefundGranted
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, parse_size
from solebook.ports.language.orders import CancelReason, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role
from solebook.ports.language.webhook_events import (
    KINDS,
    OrderCancelledContent,
    OrderRefundGrantedContent,
    PartySide,
)

from ...exchange import SIZE, Exchange
from .receiving import register, sender_of, told

_ID = UUID("01890a5e-3f20-7c6d-9b1a-5e4d3c2b1a10")
ALL_FOR_USERS = [kind for kind in KINDS if kind not in ("user.registered", "alarm.raised")]


async def an_admin(exchange: Exchange) -> Actor:
    admin = await exchange.new_seller()
    roles = frozenset({Role.BUYER, Role.SELLER, Role.ADMIN})
    await exchange.app.users.set_roles(OPERATOR, admin.user_id, roles=roles, reason="a test")
    return replace(admin, roles=roles)


async def test_each_party_gets_its_side_of_a_trade_and_a_stranger_gets_nothing(
    exchange: Exchange,
) -> None:
    stranger = await exchange.person()
    people = {"buyer": exchange.buyer, "seller": exchange.seller, "stranger": stranger}
    kinds = [k for k in ALL_FOR_USERS if k not in ("lowest_ask.changed", "product.changed")]
    for name, person in people.items():
        await register(exchange, person, *kinds, url=f"https://{name}.example.com/")

    await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(timedelta(days=20))

    of = {name: told(exchange, f"https://{name}.example.com/") for name in people}
    assert of["stranger"] == []
    common = {"match.created", "order.created", "order.seller_shipped", "order.received"}
    common |= {"order.auth_passed", "order.shipped", "order.delivered"}
    assert {kind for kind, _ in of["buyer"]} == common | {"bid.placed", "payment.captured"}
    assert {kind for kind, _ in of["seller"]} == common | {"ask.placed", "payout.paid"}
    for side in ("buyer", "seller"):
        assert {data.get("side", side) for _, data in of[side]} == {side}
        kinds_told = [kind for kind, _ in of[side]]
        assert len(kinds_told) == len(set(kinds_told))


async def test_an_admin_with_a_reason_gets_the_events_of_all_users(exchange: Exchange) -> None:
    create = exchange.app.outgoing_webhooks.create_endpoint.of_everything
    wanted = {"url": "https://admin.example.com/", "kinds": ["payment.captured", "payout.paid"]}
    with pytest.raises(Forbidden):
        await create(exchange.buyer, **wanted, reason="curiosity")  # type: ignore[arg-type]
    await create(await an_admin(exchange), **wanted, reason="a test")  # type: ignore[arg-type]

    await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(timedelta(days=20))

    seen = told(exchange, "https://admin.example.com/")
    assert [kind for kind, _ in seen] == ["payment.captured", "payout.paid"]
    assert {data["side"] for _, data in seen} == {None}


async def test_an_admin_who_is_a_party_sees_only_their_side(exchange: Exchange) -> None:
    admin = await an_admin(exchange)
    create = exchange.app.outgoing_webhooks.create_endpoint.of_everything
    kinds = ["match.created", "payment.captured", "alarm.raised"]
    await create(admin, url="https://admin.example.com/", kinds=kinds, reason="a test")
    placed = await exchange.ask(admin)
    assert placed.match is None
    bid = await exchange.bid(exchange.buyer)
    assert bid.match is not None
    async with exchange.store.transaction():
        alarm = AlarmRaised(AlarmKind.PAYOUT_FROZEN, bid.match.id, "Look at it.")
        await exchange.store.outbox.add(alarm)
    await exchange.workers.settle()

    seen = told(exchange, "https://admin.example.com/")
    assert [(kind, data.get("side")) for kind, data in seen] == [("match.created", "seller")]


async def test_nothing_is_sent_any_more_to_who_is_no_admin_any_more(exchange: Exchange) -> None:
    admin = await an_admin(exchange)
    webhooks = exchange.app.outgoing_webhooks
    endpoint = await webhooks.create_endpoint.of_everything(
        admin, url="https://admin.example.com/", kinds=["match.created"], reason="a test"
    )
    await exchange.app.users.set_roles(
        OPERATOR, admin.user_id, roles=frozenset({Role.BUYER}), reason="a test"
    )

    await exchange.match()
    await exchange.workers.settle()

    assert told(exchange, "https://admin.example.com/") == []
    assert (await webhooks.list_endpoints.one(admin, endpoint.id)).disabled == "role"


async def test_who_is_no_admin_any_more_reads_nothing_of_what_all_users_did(
    exchange: Exchange,
) -> None:
    admin, webhooks = await an_admin(exchange), exchange.app.outgoing_webhooks
    endpoint = await webhooks.create_endpoint.of_everything(
        admin, url="https://admin.example.com/", kinds=["match.created"], reason="a test"
    )
    await exchange.match()
    await exchange.workers.settle()
    [seen] = (await webhooks.view_log(admin, endpoint.id, PageRequest(limit=10))).items

    buyer_now = replace(admin, roles=frozenset({Role.BUYER}))
    for refused in (
        webhooks.view_log(buyer_now, endpoint.id, PageRequest(limit=10)),
        webhooks.view_log.one(buyer_now, endpoint.id, seen.id),
        webhooks.replay_webhooks.one(buyer_now, endpoint.id, seen.id),
    ):
        with pytest.raises(Forbidden):
            await refused


async def test_everybody_may_follow_the_market(exchange: Exchange) -> None:
    await register(exchange, await exchange.person(), "lowest_ask.changed")

    await exchange.ask(exchange.seller, 21_000)
    await exchange.workers.settle()

    [(kind, data)] = told(exchange)
    assert kind == "lowest_ask.changed"
    assert (data["size"], data["before"], data["lowest_ask"]) == (SIZE, None, 21_000)


async def test_new_bids_and_asks_are_told_to_their_owners_and_to_admins_alone(
    exchange: Exchange,
) -> None:
    kinds = ("bid.placed", "ask.placed")
    create = exchange.app.outgoing_webhooks.create_endpoint
    await register(exchange, exchange.buyer, *kinds, url="https://buyer.example.com/")
    await register(exchange, await exchange.person(), *kinds, url="https://other.example.com/")
    admin, everything = await an_admin(exchange), "https://admin.example.com/"
    await create.of_everything(admin, url=everything, kinds=["ask.placed"], reason="a test")

    ask = await exchange.ask(exchange.seller, 21_000)
    bid = await exchange.bid(exchange.buyer, 20_000)
    await exchange.workers.settle()

    assert told(exchange, "https://other.example.com/") == []
    [(kind, data)] = told(exchange, "https://buyer.example.com/")
    assert (kind, data["bid_id"], data["amount"]) == ("bid.placed", str(bid.quote.id), 20_000)
    assert data["user_id"] == str(exchange.buyer.user_id)
    [(kind, data)] = told(exchange, everything)
    assert (kind, data["ask_id"], data["amount"]) == ("ask.placed", str(ask.quote.id), 21_000)


async def test_a_quote_that_nobody_follows_is_no_message(exchange: Exchange) -> None:
    await register(exchange, exchange.seller, "bid.placed", "ask.placed")
    await exchange.bid(exchange.buyer, 20_000)
    await exchange.workers.settle()
    assert [m for m in exchange.bus.published if m.subject == "bid.placed"] == []


async def test_a_message_that_comes_again_changes_nothing(exchange: Exchange) -> None:
    await register(exchange, exchange.buyer, "match.created")
    await exchange.match()
    await exchange.workers.settle()
    [message] = [m for m in exchange.bus.published if m.subject == "match.created"]

    await exchange.bus.publish(message)
    await exchange.tell_again(message)
    await exchange.workers.settle()

    assert len(sender_of(exchange).sent) == 1


@pytest.mark.parametrize("kinds", [[], ["no.such"], ["alarm.raised"], ["webhook.test"]])
async def test_kinds_are_checked(exchange: Exchange, kinds: list[str]) -> None:
    with pytest.raises(InvalidText):
        await register(exchange, exchange.buyer, *kinds)


def test_every_kind_has_an_event_of_its_name() -> None:
    assert [event.SUBJECT for event in TOLD] == list(KINDS)


def test_a_note_about_the_buyers_card_is_not_for_the_seller() -> None:
    book = BookKey(ProductId(_ID), parse_size("9"))
    event = OrderCancelled(
        OrderId(_ID), QuoteId(_ID), QuoteId(_ID), UserId(_ID), UserId(_ID), book, 100,
        CancelReason.PAYMENT_DECLINED, "no money",
    )  # fmt: skip
    for side, note in ((PartySide.BUYER, "no money"), (PartySide.SELLER, None), (None, "no money")):
        content = content_of(event, side)
        assert isinstance(content, OrderCancelledContent)
        assert content.note == note


def test_who_bears_a_refund_is_not_for_a_buyer_who_does_not() -> None:
    event = OrderRefundGranted(
        OrderId(_ID), UserId(_ID), UserId(_ID), 100, Bearer.SELLER, datetime(2026, 3, 2, tzinfo=UTC)
    )
    for side, bearer in ((PartySide.BUYER, None), (PartySide.SELLER, "seller"), (None, "seller")):
        content = content_of(event, side)
        assert isinstance(content, OrderRefundGrantedContent)
        assert content.borne_by == bearer
