"""Stories of a trade that may be told again from the start, and what each comes to.

After an interruption, each user does what is not done yet.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from solebook.adapters.embedded import tokens
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import Side, TimeInForce
from solebook.ports.language.money import Cents
from solebook.ports.language.notifications import Channel
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Quarter
from solebook.ports.language.users import Actor

from ..exchange import MONDAY, Exchange

Story = Callable[[Exchange], Awaitable[None]]

_ALL = PageRequest(limit=100)


# ---- what there is in the end ----------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """Everything that an interruption may not change."""

    orders: list[tuple[str, ...]]
    histories: list[list[str]]
    provider: Counter[tuple[str, Cents]]
    ledger: dict[str, Cents]
    stock: list[tuple[int, int]]
    reservations: list[str]
    quotes: list[str]
    tasks: list[str]
    payouts: list[tuple[str, Cents, Cents]]
    volume: list[tuple[int, Cents]]
    tape: list[tuple[int, Cents]]
    told: list[list[str]]
    left_over: int
    carried: Counter[tuple[str, str]] = field(default_factory=Counter)


async def outcome_of(exchange: Exchange) -> Outcome:
    store, orders = exchange.store, await exchange.orders()
    quarter, listed = Quarter.of(MONDAY), store.notifications.of_user
    volumes = await store.seller_records.of([exchange.seller.user_id], [quarter])
    reservations = [await store.stock.find(order.id) for order in orders]
    tasks = [await store.authentication_tasks.find_by_order(order.id) for order in orders]
    payouts = [await store.payouts.find(order.id) for order in orders]
    quotes = [
        *(await store.quotes.of_user(exchange.buyer.user_id, Side.BID, _ALL)).items,
        *(await store.quotes.of_user(exchange.seller.user_id, Side.ASK, _ALL)).items,
    ]
    unsent = await store.outbox.unsent(10)
    failed = await exchange.waiting()
    return Outcome(
        orders=[
            (o.status, o.payment_status, o.stock_status, o.payout_status, o.return_status)
            for o in orders
        ],
        histories=[await exchange.happened(order.id) for order in orders],
        provider=await exchange.provider.journal.consult(
            lambda provider: Counter(
                (call.request.operation.value, call.request.amount)
                for call in provider.calls
                if call.took_effect and call.request.amount  # and not what sets cards up
            )
        ),
        ledger={kind.value: total for kind, total in (await store.ledger.totals()).items()},
        stock=[(s.available, s.reserved) for s in await store.stock.levels(exchange.product.id)],
        reservations=[r.status for r in reservations if r is not None],
        quotes=[quote.status for quote in quotes],
        tasks=[task.status for task in tasks if task is not None],
        payouts=[(p.state, p.amount, p.debt_settled) for p in payouts if p is not None],
        volume=[(v.sales, v.volume) for v in volumes.values()],
        tape=[(s.sales, s.total) for s in await store.tape.summaries()],
        told=[
            sorted(told.notice.KIND for told in (await listed(person.user_id, _ALL)).items)
            for person in exchange.people
        ],
        left_over=len(unsent) + len(failed),
    )


# ---- stories ---------------------------------------------------------------------------------


async def _matched(exchange: Exchange, card: str = tokens.CARD) -> OrderId:
    await exchange.app.users.set_payment_method(exchange.buyer, token=card)
    await exchange.ask(exchange.seller, idempotency_key=_key(exchange.seller, "ask"))
    placement = await exchange.bid(exchange.buyer, idempotency_key=_key(exchange.buyer, "bid"))
    assert placement.match is not None
    await exchange.quiet()
    return placement.match.id


def _key(actor: Actor, name: str) -> IdempotencyKey:
    return IdempotencyKey(actor.user_id, name, name, name)


async def _until(exchange: Exchange, instant: datetime | None) -> None:
    assert instant is not None
    await exchange.later(max(instant - exchange.clock.now(), timedelta(0)))


async def _go_on(
    exchange: Exchange, order_id: OrderId, judge: Callable[[OrderId], Awaitable[None]]
) -> None:
    steps: dict[OrderStatus, Callable[[OrderId], Awaitable[None]]] = {
        OrderStatus.CONFIRMED: exchange.ship,
        OrderStatus.SELLER_SHIPPING: exchange.receive,
        OrderStatus.AUTHENTICATING: judge,
        OrderStatus.AUTH_PASSED: exchange.dispatch,
        OrderStatus.SHIPPING_TO_BUYER: exchange.deliver,
    }
    while step := steps.get(before := (await exchange.order(order_id)).status):
        try:
            await step(order_id)
        except IllegalMove:  # the same step, whose commit nobody heard of, was done meanwhile
            assert (await exchange.order(order_id)).status is not before
        await exchange.quiet()


async def a_pair_is_sold_and_paid_out(exchange: Exchange) -> None:
    order_id = await _matched(exchange)
    await _go_on(exchange, order_id, exchange.pass_)
    delivered_at = (await exchange.order(order_id)).delivered_at
    assert delivered_at is not None
    await _until(exchange, delivered_at + timedelta(days=3))
    for number in range(len(await exchange.provider.webhooks())):
        await exchange.webhook(number)


async def a_card_is_declined(exchange: Exchange) -> None:
    await _matched(exchange, tokens.DECLINED_CARD)


async def a_charge_times_out(exchange: Exchange) -> None:
    await _matched(exchange, tokens.CARD_THAT_TIMES_OUT)


async def a_charge_stays_pending(exchange: Exchange) -> None:
    order_id = await _matched(exchange, tokens.CARD_THAT_STAYS_PENDING)
    payment = await exchange.payment(order_id)
    assert payment.answered_at is not None
    await _until(exchange, payment.answered_at + exchange.app.rules.payment_window)


async def an_ask_that_was_to_trade_at_once_is_undone(exchange: Exchange) -> None:
    users, now = exchange.app.users, TimeInForce.IOC
    await users.set_payment_method(exchange.buyer, token=tokens.DECLINED_CARD)
    await exchange.bid(exchange.buyer, idempotency_key=_key(exchange.buyer, "bid"))
    key = _key(exchange.seller, "ask")
    await exchange.ask(exchange.seller, 15_000, idempotency_key=key, time_in_force=now)


async def everybody_is_told_everywhere(exchange: Exchange) -> None:
    await exchange.want(set(Channel))
    await _matched(exchange, tokens.DECLINED_CARD)


async def a_seller_never_ships(exchange: Exchange) -> None:
    order = await exchange.order(await _matched(exchange))
    await _until(exchange, order.ship_by)


async def a_pair_fails_authentication(exchange: Exchange) -> None:
    order_id = await _matched(exchange)
    await _go_on(exchange, order_id, exchange.fail)
    if (await exchange.order(order_id)).return_status == "due":
        await exchange.dispatch(order_id)


EXPECTED: dict[Story, tuple[str, dict[tuple[str, Cents], int]]] = {
    a_pair_is_sold_and_paid_out: ("payout_paid", {("charge", 21_400): 1, ("payout", 17_600): 1}),
    a_card_is_declined: ("cancelled", {}),
    everybody_is_told_everywhere: ("cancelled", {}),
    a_charge_stays_pending: ("cancelled", {}),
    an_ask_that_was_to_trade_at_once_is_undone: ("cancelled", {}),
    a_charge_times_out: ("confirmed", {("charge", 21_400): 1}),
    a_seller_never_ships: ("payment_refunded", {("charge", 21_400): 1, ("refund", 21_400): 1}),
    a_pair_fails_authentication: ("returned", {("charge", 21_400): 1, ("refund", 21_400): 1}),
}
"""What each story comes to: its last event, and what the provider did."""
