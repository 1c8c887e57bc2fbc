"""What is true of every exchange that has nothing left to do at this instant."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from solebook.adapters.embedded.operations import Operation
from solebook.composition.application import Application
from solebook.composition.engine import engine_of
from solebook.composition.integrity import verify_exchange_of
from solebook.core.orders.history import fold
from solebook.core.payments.transfers import debt, escrow, losses, payable
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.integrity import Finding
from solebook.ports.language.market import (
    BookKey,
    MatchStatus,
    Quote,
    QuoteStatus,
    Side,
    Size,
    TimeInForce,
)
from solebook.ports.language.money import Cents
from solebook.ports.language.orders import (
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import (
    ChargeNeedsBuyer,
    PayoutState,
    PendingCharge,
    Quarter,
)
from solebook.ports.language.rules import MarketRules

from .exchange import Exchange, build_exchange

_EVERYTHING = PageRequest(limit=100)


@asynccontextmanager
async def checked_exchange(rules: MarketRules | None = None) -> AsyncIterator[Exchange]:
    """An open exchange, whose books are checked when the test is over."""
    exchange = build_exchange(rules=rules)
    await exchange.open()
    yield exchange
    await exchange.quiet()
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()


async def check_invariants(exchange: Exchange) -> None:
    """Assert what is true of every exchange that has nothing left to do at this instant."""
    orders = await exchange.orders()
    solvency = await exchange.app.payments.check_solvency()
    assert solvency.balanced, solvency
    for order in orders:
        await _check_order(exchange, order)
    await _check_matches(exchange, orders)
    await _check_stock(exchange, orders)
    await _check_tape(exchange, orders)
    await _check_payouts(exchange, orders)
    await _check_records(exchange, orders)
    await _check_deadlines(exchange, orders)
    await _check_books(exchange)
    await _check_provider(exchange, orders)
    dead = await exchange.store.dead_letters.page(_EVERYTHING)
    assert not dead.items, dead
    found = [] if exchange.was_told_lies else await findings(exchange.app)
    assert not found, "\n".join(found)


async def findings(app: Application) -> list[str]:
    """Return what a verification finds that is not only under way."""
    reports = [report async for report in verify_exchange_of(app, pauses=(0.0,) * 20)()]
    return [str(report) for report in reports if isinstance(report, Finding)]


async def _check_order(exchange: Exchange, order: Order) -> None:
    history = await exchange.store.orders.history(order.id)
    assert fold(history) == order
    assert len(history) == order.version
    held = await exchange.store.ledger.balance(escrow(order.id))
    if order.payment_status is PaymentStatus.UNKNOWN:
        found = await exchange.provider.find_charge(order.id)
        assert isinstance(found, PendingCharge), (order, found)
    if order.payment_status in (PaymentStatus.ABANDONED, PaymentStatus.DECLINED):
        found = await exchange.provider.find_charge(order.id)
        assert not isinstance(found, ChargeNeedsBuyer), (order, found)
    payout = await exchange.store.payouts.find(order.id)
    ended = order.status in (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED) or is_refunded(order)
    if ended or payout is not None:
        # What the exchange bears leaves the escrow to the seller, who is paid from it.
        waits = order.exchange_pays and payout is None
        assert held == (order.buyer_total if waits else 0), order
        assert order.payment_status not in (PaymentStatus.PENDING, PaymentStatus.REFUND_DUE), order
    elif order.status is not OrderStatus.PENDING:
        assert held == order.buyer_total, order
    else:
        assert held == 0, order


def is_refunded(order: Order) -> bool:
    """Whether the buyer of a delivered pair got the money back."""
    return order.status is OrderStatus.DELIVERED and order.payment_status is PaymentStatus.REFUNDED


async def _check_deadlines(exchange: Exchange, orders: Sequence[Order]) -> None:
    """Assert that no order waits for anybody without an end: a deadline runs, or an alarm is open.

    An account that was refused is the exception: its seller names another one, or goes without.
    """
    far = exchange.clock.now() + timedelta(days=3_650)
    running = await exchange.store.deadlines.due(far, 10_000)
    alarms = await exchange.store.alarms.page(_EVERYTHING, open_only=True)
    awaited = {deadline.order_id for deadline in running} | {a.order_id for a in alarms.items}
    for order in orders:
        if order.payout_status is PayoutStatus.FAILED:
            continue
        waits = (
            order.status not in _ENDED
            or order.payout_status is PayoutStatus.HELD
            or order.payment_status is PaymentStatus.REFUND_DUE
            or order.return_status is ReturnStatus.DUE
        )
        assert not waits or order.id in awaited, order


_ENDED = (OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)


async def _check_matches(exchange: Exchange, orders: Sequence[Order]) -> None:
    matches = [await exchange.store.quotes.match(order.id) for order in orders]
    standing = [match for match in matches if match.status is MatchStatus.OPEN]
    for times in Counter(q for m in standing for q in (m.bid_id, m.ask_id)).values():
        assert times == 1, "a quote is in two matches that stand"
    for match in standing:
        bid, ask = [await exchange.store.quotes.get(q) for q in (match.bid_id, match.ask_id)]
        first = min(bid, ask, key=lambda quote: quote.sequence)
        assert (match.price, match.maker) == (first.amount, first.side), (match, first)
    unwound = {match.id for match in matches if match.status is MatchStatus.UNWOUND}
    assert unwound == {order.id for order in orders if order.status is OrderStatus.CANCELLED}


async def _check_stock(exchange: Exchange, orders: Sequence[Order]) -> None:
    reserved = Counter(
        (order.book.product_id, order.book.size)
        for order in orders
        if order.stock_status is StockStatus.RESERVED
    )
    on_sale = Counter[tuple[ProductId, Size]]()
    for person in exchange.people:
        asks = await _quotes(exchange, person.user_id, Side.ASK, QuoteStatus.ACTIVE)
        on_sale.update((ask.book.product_id, ask.book.size) for ask in asks)
    products = [order.book.product_id for order in orders] + [product for product, _ in on_sale]
    for product_id in set(products):
        for level in await exchange.store.stock.levels(product_id):
            unit = product_id, level.size
            assert (level.available, level.reserved) == (
                on_sale.pop(unit, 0),
                reserved.pop(unit, 0),
            )
    assert not +on_sale, on_sale
    assert not +reserved, reserved


async def _quotes(
    exchange: Exchange, user_id: UserId, side: Side, status: QuoteStatus
) -> Sequence[Quote]:
    return (await exchange.store.quotes.of_user(user_id, side, _EVERYTHING, status)).items


async def _check_tape(exchange: Exchange, orders: Sequence[Order]) -> None:
    ended = (OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
    sold = [o.price for o in orders if o.status not in ended and not is_refunded(o)]
    summaries = await exchange.store.tape.summaries()
    assert sum(summary.sales for summary in summaries) == len(sold)
    assert sum(summary.total for summary in summaries) == sum(sold)


async def _check_payouts(exchange: Exchange, orders: Sequence[Order]) -> None:
    payouts = [p for o in orders if (p := await exchange.store.payouts.find(o.id)) is not None]
    owed = Counter[UserId]()
    for payout in payouts:
        assert payout.state is not PayoutState.DUE, payout
        if payout.state is PayoutState.REFUSED:
            owed[payout.seller_id] += payout.amount
    for person in exchange.people:
        ledger, user_id = exchange.store.ledger, person.user_id
        assert await ledger.balance(payable(user_id)) == owed[user_id]
        assert await ledger.balance(debt(user_id)) <= 0
    for account in (losses(), *(losses(person.user_id) for person in exchange.people)):
        assert await exchange.store.ledger.balance(account) <= 0


async def _check_records(exchange: Exchange, orders: Sequence[Order]) -> None:
    completed = Counter[tuple[UserId, Quarter]]()
    for order in orders:
        undone = is_refunded(order) and not order.exchange_pays
        if order.delivered_at is not None and not undone:
            completed[order.seller_id, Quarter.of(order.delivered_at)] += 1
    sellers, quarters = {s for s, _ in completed}, {q for _, q in completed}
    records = await exchange.store.seller_records.of(sellers, quarters)
    assert {key: volume.sales for key, volume in records.items()} == completed


async def _check_books(exchange: Exchange) -> None:
    """Assert that each book is as it may be: not crossed, and nobody's in it who may not trade."""
    now = exchange.clock.now()
    owners = [person.user_id for person in exchange.people]
    barred = await exchange.store.traders.barred(owners, now)
    halts = (await exchange.store.halts.page(_EVERYTHING, standing=True)).items
    standing: defaultdict[tuple[BookKey, Side], list[Cents]] = defaultdict(list)
    for user_id in owners:
        for side in Side:
            for quote in await _quotes(exchange, user_id, side, QuoteStatus.ACTIVE):
                assert side not in barred.get(user_id, frozenset()), quote
                assert quote.time_in_force is TimeInForce.GTC, quote
                if quote.expires_at > now:
                    standing[quote.book, side].append(quote.amount)
        for quote in await _quotes(exchange, user_id, Side.ASK, QuoteStatus.WAITING):
            assert any(halt.covers(quote.book) for halt in halts), quote
            assert Side.ASK not in barred.get(user_id, frozenset()), quote
        assert not await _quotes(exchange, user_id, Side.BID, QuoteStatus.WAITING)
    for book in {book for book, _ in standing}:
        highest = max(standing[book, Side.BID], default=0)
        lowest = min(standing[book, Side.ASK], default=highest + 1)
        assert highest < lowest, f"{book} is crossed"


async def _check_provider(exchange: Exchange, orders: Sequence[Order]) -> None:
    """Assert that the provider did for each order what its payment and its payout say, once."""
    moved = await exchange.provider.journal.consult(
        lambda provider: [
            (provider.order_of(call), call.request.operation, call.moved)
            for call in provider.calls
            if call.moved_money
        ]
    )
    kinds = [(order_id, operation) for order_id, operation, _ in moved]
    assert len(kinds) == len(set(kinds)), moved
    amounts = {(order_id, operation): amount for order_id, operation, amount in moved}
    for order in orders:
        charged = amounts.get((order.id, Operation.CHARGE), 0)
        refunded = amounts.get((order.id, Operation.REFUND), 0)
        paid_out = amounts.get((order.id, Operation.PAYOUT), 0)
        payment = await exchange.store.payments.find(order.id)
        keeps_money = payment is not None and payment.status is PaymentStatus.CAPTURED
        kept = order.fees.shipping if order.borne_by is Bearer.BUYER and refunded else 0
        assert charged - refunded == (order.buyer_total if keeps_money else kept), (order, payment)
        payout = await exchange.store.payouts.find(order.id)
        is_paid = payout is not None and payout.state is PayoutState.PAID
        assert paid_out == (payout.amount if payout is not None and is_paid else 0), (order, payout)
        if order.status in (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED):
            assert not keeps_money, order
