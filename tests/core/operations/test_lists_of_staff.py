"""Lists for admins only: alarms, dead letters, audit log, halts, all users' quotes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from solebook.core.operations.view_leases import ViewLeases
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import Forbidden
from solebook.ports.language.ids import OrderId
from solebook.ports.language.messages import Queue
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor

from ...exchange import Exchange

PAGE = PageRequest(limit=10)
UNKNOWN = OrderId(UUID(int=7))
LISTS: dict[str, Callable[[Exchange, Actor], Awaitable[Any]]] = {
    "alarms": lambda e, a: e.app.operations.list_alarms(a, PAGE),
    "dead letters": lambda e, a: e.app.operations.list_dead_letters(a, PAGE),
    "audit log": lambda e, a: e.app.operations.read_audit_log(a, PAGE),
    "halts": lambda e, a: e.app.bidding.list_halts(a, PAGE),
    "orders of a user": lambda e, a: e.app.orders.list_orders.of_user(a, e.buyer.user_id, PAGE),
    "entries of an order": lambda e, a: e.app.payments.list_order_entries(a, UNKNOWN),
    "letters about an order": lambda e, a: e.app.notifications.list_order_letters(a, UNKNOWN, ()),
    "leases": lambda e, a: ViewLeases(e.store.leases, ["relay"])(a),
    "resting quotes": lambda e, a: e.app.bidding.list_resting_quotes(a, []),
}


@pytest.mark.parametrize("what", LISTS)
async def test_only_admins_may_list(exchange: Exchange, what: str) -> None:
    await LISTS[what](exchange, OPERATOR)
    with pytest.raises(Forbidden):
        await LISTS[what](exchange, exchange.seller)


async def test_leases_are_shown_with_who_has_them(exchange: Exchange) -> None:
    await exchange.store.leases.acquire("relay", "here", timedelta(seconds=3))

    found = await ViewLeases(exchange.store.leases, ["relay", "expiry"])(OPERATOR)

    assert {name: lease and lease.holder for name, lease in found.items()} == {
        "relay": "here",
        "expiry": None,
    }


async def test_the_audit_log_is_filtered_by_actor_and_target(exchange: Exchange) -> None:
    order, read = await exchange.trade(), exchange.app.operations.read_audit_log
    await exchange.app.orders.freeze_payout(OPERATOR, order.id, reason="an odd price")

    [entry] = (await read(OPERATOR, PAGE, target_id=order.id)).items
    assert entry.act.action is AuditAction.PAYOUT_FROZEN
    assert (await read(OPERATOR, PAGE, actor_id=exchange.seller.user_id)).items == ()


async def test_the_backlog_has_unsent_messages_and_due_letters(exchange: Exchange) -> None:
    backlog = exchange.app.operations.view_backlog
    await exchange.match()
    assert await backlog.has_messages()
    assert await backlog.next_message() is not None

    await exchange.workers.settle()
    assert not await backlog.has_messages()
    assert await backlog.next_message() is None
    assert not await backlog.has_letters()


async def test_the_backlog_has_messages_that_are_due_in_a_queue_of_trades(
    exchange: Exchange,
) -> None:
    backlog = exchange.app.operations.view_backlog
    await exchange.match()
    await exchange.workers.relay.drain()  # the charge waits in its queue
    [charge] = await exchange.store.deliveries.first_in(Queue.CHARGES, exchange.clock.now(), 10)
    assert await backlog.next_message() == charge.id


async def test_the_backlog_has_deadlines_that_have_passed_but_are_no_messages_yet(
    exchange: Exchange,
) -> None:
    backlog = exchange.app.operations.view_backlog
    order = await exchange.trade()
    assert await backlog.next_deadline() is None
    [ship_by] = await exchange.store.deadlines.of(order.id)
    await exchange.clock.advance(ship_by.due_at - exchange.clock.now())
    assert await backlog.next_deadline() == ship_by
    await exchange.workers.sweeper.sweep()
    assert await backlog.next_deadline() is None
