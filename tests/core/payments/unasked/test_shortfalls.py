"""The bearers of shortfalls, after which the ledger is balanced."""

import pytest

from solebook.core.payments.transfers import debt
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import (
    Forbidden,
    NoShortfall,
    NothingInSuspense,
    PartyToTheOrder,
)
from solebook.ports.language.orders import Order, OrderStatus, PayoutStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor, Role

from ....exchange import Exchange
from ..reports import (
    HOLD,
    PAYOUT,
    alarms,
    dashboard,
    debt_of,
    in_escrow,
    in_suspense,
    losses,
    paid_order,
    refund,
    told_of_everything,
    told_of_latest,
)

REASON = "the provider's mistake"


async def bear(exchange: Exchange, order: Order, bearer: Bearer) -> int:
    amount = await exchange.app.payments.bear_shortfall(
        exchange.admin, order.id, borne_by=bearer, reason=REASON
    )
    await exchange.workers.settle()
    return amount


async def release(exchange: Exchange, order: Order) -> None:
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason=REASON)
    await exchange.workers.settle()


async def debts(exchange: Exchange, order: Order) -> dict[str, int]:
    """Return how much each bearer bears."""
    return {
        "buyer": await exchange.store.ledger.balance(debt(order.buyer_id)),
        "seller": await debt_of(exchange, order),
        "exchange": await losses(exchange),
    }


@pytest.mark.parametrize(
    ("bearer", "seller_gets"),
    [(Bearer.EXCHANGE, PAYOUT), (Bearer.SELLER, PAYOUT - 100), (Bearer.BUYER, PAYOUT)],
)
async def test_trade_continues_when_the_shortfall_is_borne(
    exchange: Exchange, bearer: Bearer, seller_gets: int
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await refund(exchange, order.id, 100)
    assert await bear(exchange, order, bearer) == 100
    await exchange.later(HOLD)
    assert await exchange.store.payouts.find(order.id) is None  # still frozen
    assert await alarms(exchange, order.id)
    await release(exchange, order)
    assert await alarms(exchange, order.id) == []
    assert (await exchange.payout(order.id)).amount == seller_gets
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await in_escrow(exchange, order.id) == 0
    borne = await debts(exchange, order)
    assert borne["buyer"] == (-100 if bearer is Bearer.BUYER else 0)
    assert borne["exchange"] == (-100 if bearer is Bearer.EXCHANGE else 0)
    assert borne["seller"] == 0
    assert "shortfall_borne" in await exchange.happened(order.id)


@pytest.mark.parametrize("bearer", Bearer)
async def test_shortfall_after_the_payout_can_be_borne(exchange: Exchange, bearer: Bearer) -> None:
    order = await paid_order(exchange)
    await refund(exchange, order.id, 100)
    await refund(exchange, order.id, 50)
    assert await alarms(exchange, order.id)
    await bear(exchange, order, bearer)
    assert await alarms(exchange, order.id) == []  # nothing is frozen
    assert await in_escrow(exchange, order.id) == 0
    assert sum((await debts(exchange, order)).values()) == -150
    assert (await debts(exchange, order))[bearer] == -150


@pytest.mark.parametrize("bearer", Bearer)
@pytest.mark.parametrize("status", [OrderStatus.CONFIRMED, OrderStatus.DELIVERED])
@pytest.mark.parametrize("of_refund", Bearer)
async def test_refund_of_the_order_reverses_a_borne_shortfall(
    exchange: Exchange, bearer: Bearer, status: OrderStatus, of_refund: Bearer
) -> None:
    order = await exchange.trade(status)
    await refund(exchange, order.id, 100)
    await bear(exchange, order, bearer)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason=REASON, borne_by=of_refund
    )
    await exchange.quiet()
    await release(exchange, order)
    await exchange.quiet()
    # The exchange pays nobody for a pair that the seller still has.
    pays = of_refund is Bearer.EXCHANGE and status is OrderStatus.DELIVERED
    lost = -21_400 if pays else 0
    assert await debts(exchange, order) == {"buyer": 0, "seller": 0, "exchange": lost}
    assert await in_escrow(exchange, order.id) == (21_400 if pays else 0)


async def test_reversed_shortfall_that_the_seller_settled_raises_an_alarm(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await refund(exchange, order.id, 100)
    await bear(exchange, order, Bearer.SELLER)
    await paid_order(exchange)  # which settles the debt
    assert await debt_of(exchange, order) == 0
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason=REASON, borne_by=Bearer.SELLER
    )
    await exchange.quiet()
    assert await debt_of(exchange, order) == 100
    assert any("must be paid back" in note for note in await alarms(exchange, order.id))
    seller = Actor(order.seller_id, frozenset())
    balance = await exchange.app.payments.view_balance(seller)
    assert (balance.payable, balance.debt) == (100, 0)
    other = await paid_order(exchange)
    assert (await exchange.payout(other.id)).amount == PAYOUT


async def test_complete_escrow_has_no_shortfall_to_bear(exchange: Exchange) -> None:
    for status in (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.CANCELLED):
        order = await exchange.trade(status)
        with pytest.raises(NoShortfall):
            await bear(exchange, order, Bearer.EXCHANGE)
    order = await exchange.trade(OrderStatus.DELIVERED)
    await refund(exchange, order.id, 100)
    await bear(exchange, order, Bearer.EXCHANGE)
    with pytest.raises(NoShortfall):
        await bear(exchange, order, Bearer.SELLER)
    await refund(exchange, order.id, 50)
    assert await bear(exchange, order, Bearer.SELLER) == 50


async def test_only_an_admin_who_is_no_party_decides_who_bears_it(exchange: Exchange) -> None:
    order = await exchange.trade()
    await refund(exchange, order.id, 100)
    decide = exchange.app.payments.bear_shortfall
    with pytest.raises(Forbidden):
        await decide(exchange.buyer, order.id, borne_by=Bearer.EXCHANGE, reason=REASON)
    party = Actor(order.seller_id, frozenset({Role.ADMIN}))
    with pytest.raises(PartyToTheOrder):
        await decide(party, order.id, borne_by=Bearer.EXCHANGE, reason=REASON)
    await bear(exchange, order, Bearer.EXCHANGE)
    entry = (await exchange.store.audit_log.page(PageRequest(limit=1))).items[0]
    assert entry.act.action is AuditAction.SHORTFALL_BORNE
    assert entry.act.facts == {"borne_by": "exchange", "amount": 100}


async def test_what_is_in_suspense_is_written_off_or_refunded(exchange: Exchange) -> None:
    charged = await dashboard(exchange).charge(None, 5_000)
    kept = await dashboard(exchange).charge(None, 300)
    lost = await dashboard(exchange).pay_out(None, 700)
    await told_of_everything(exchange)
    await dashboard(exchange).refund(charged.id, 5_000)
    await told_of_latest(exchange)
    assert await in_suspense(exchange, charged.id) == 0
    write_off = exchange.app.payments.write_off_suspense
    assert await write_off(exchange.admin, kept.id, reason=REASON) == 300
    assert await write_off(exchange.admin, lost.id, reason=REASON) == -700
    assert await losses(exchange) == -400
    for name in (kept.id, "ch_unknown"):
        with pytest.raises(NothingInSuspense):
            await write_off(exchange.admin, name, reason=REASON)
    with pytest.raises(Forbidden):
        await write_off(exchange.seller, lost.id, reason=REASON)
