"""What is true of every exchange that has nothing left to do at this instant."""

from collections import Counter
from collections.abc import Sequence

from solebook.core.orders.history import fold
from solebook.core.payments.transfers import debt, escrow, payable
from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.market import MatchStatus, Quote, QuoteStatus, Side, Size
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus, StockStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import PayoutState, Quarter

from .exchange import Exchange

_EVERYTHING = PageRequest(limit=100)


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
    await _check_provider(exchange)
    dead = await exchange.store.dead_letters.page(_EVERYTHING)
    assert not dead.items, dead


async def _check_order(exchange: Exchange, order: Order) -> None:
    history = await exchange.store.orders.history(order.id)
    assert fold(history) == order
    assert len(history) == order.version
    held = await exchange.store.ledger.balance(escrow(order.id))
    payout = await exchange.store.payouts.find(order.id)
    if order.status in (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED) or payout is not None:
        assert held == 0, order
        assert order.payment_status not in (PaymentStatus.PENDING, PaymentStatus.REFUND_DUE), order
    elif order.status is not OrderStatus.PENDING:
        assert held == order.buyer_total, order
    else:
        assert held == 0, order


async def _check_matches(exchange: Exchange, orders: Sequence[Order]) -> None:
    matches = [await exchange.store.quotes.match(order.id) for order in orders]
    standing = [match for match in matches if match.status is MatchStatus.OPEN]
    for times in Counter(q for m in standing for q in (m.bid_id, m.ask_id)).values():
        assert times == 1, "a quote is in two matches that stand"
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
        asks = await _active_quotes(exchange, person.user_id, Side.ASK)
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


async def _active_quotes(exchange: Exchange, user_id: UserId, side: Side) -> Sequence[Quote]:
    quotes = exchange.store.quotes
    return (await quotes.of_user(user_id, side, _EVERYTHING, QuoteStatus.ACTIVE)).items


async def _check_tape(exchange: Exchange, orders: Sequence[Order]) -> None:
    ended = (OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
    sold = [order.price for order in orders if order.status not in ended]
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


async def _check_records(exchange: Exchange, orders: Sequence[Order]) -> None:
    completed = Counter[tuple[UserId, Quarter]]()
    for order in orders:
        if order.delivered_at is not None:
            completed[order.seller_id, Quarter.of(order.delivered_at)] += 1
    sellers, quarters = {s for s, _ in completed}, {q for _, q in completed}
    records = await exchange.store.seller_records.of(sellers, quarters)
    assert {key: volume.sales for key, volume in records.items()} == completed


async def _check_provider(exchange: Exchange) -> None:
    """Assert that the provider was asked for each order's money in, back and out once at most."""
    moved = await exchange.gateway.journal.consult(
        lambda provider: [
            (provider.order_of(call), call.request.operation)
            for call in provider.calls
            if call.took_effect
        ]
    )
    assert len(moved) == len(set(moved)), moved
