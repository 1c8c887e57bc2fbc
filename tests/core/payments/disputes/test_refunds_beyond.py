"""Refunds that are reported after a bank took the whole charge, the refunded part too."""

from datetime import datetime

import pytest

from solebook.ports.language.disputes import DisputeStatus, ReportedDispute
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus
from solebook.ports.language.payments import AccountKind, FoundRefund, RefundState

from ....exchange import Exchange
from ..reports import TOTAL, alarms, charge_of, in_escrow, losses, refunded, report
from .stories import findings

NAME, PART = "re_late", 1_400


async def lose_all(exchange: Exchange, order: Order, at: datetime) -> None:
    """Lose a dispute of the whole charge, as Stripe has it: also if a part was refunded."""
    await exchange.app.disputes.follow_dispute.record_dispute(
        ReportedDispute(
            name="du_whole",
            charge_id=await charge_of(exchange, order.id),
            amount=TOTAL,
            reason="fraudulent",
            status=DisputeStatus.LOST,
            opened_at=at,
            withdrawn=TOTAL,
        )
    )
    await exchange.workers.settle()


async def tell(exchange: Exchange, order: Order, webhook_id: str, name: str = NAME) -> None:
    charge_id = await charge_of(exchange, order.id)
    await report(
        exchange, refunded(order.id, webhook_id, PART, charge_id=charge_id, reference=name)
    )


@pytest.mark.parametrize("status", [OrderStatus.DELIVERED, OrderStatus.AUTHENTICATING])
@pytest.mark.parametrize("refund_first", [True, False])
async def test_refund_beyond_a_lost_dispute_is_booked_whichever_is_reported_first(
    unchecked: Exchange, status: OrderStatus, refund_first: bool
) -> None:
    exchange = unchecked
    order = await exchange.trade(status)
    if refund_first:
        await tell(exchange, order, "evt_1")
    await lose_all(exchange, order, exchange.clock.now())
    for webhook_id in ("evt_1", "evt_2"):
        await tell(exchange, order, webhook_id)
    totals = await exchange.store.ledger.totals()
    assert totals[AccountKind.WORLD] == PART  # what came in has left, and so much more
    assert (await exchange.payment(order.id)).refunded == TOTAL
    is_borne = status is OrderStatus.DELIVERED
    if is_borne and not refund_first:
        assert await in_escrow(exchange, order.id) == TOTAL
        assert await losses(exchange) == -TOTAL - PART
    assert not [each for each in await findings(exchange) if each.startswith("payments")]


async def test_refund_beyond_a_lost_dispute_that_fails_is_taken_back_once(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await exchange.trade(OrderStatus.DELIVERED)
    await lose_all(exchange, order, exchange.clock.now())
    await tell(exchange, order, "evt_1")
    lost = await losses(exchange)
    charge_id = await charge_of(exchange, order.id)
    failed = FoundRefund(NAME, charge_id, PART, RefundState.FAILED, order.id, "expired_card")
    for _ in range(2):
        await exchange.app.payments.settle_refund.failed_refunds.take_back(order.id, failed)
        await exchange.workers.settle()
    assert await losses(exchange) == lost + PART
    assert (await exchange.store.ledger.totals())[AccountKind.WORLD] == 0
    assert (await exchange.payment(order.id)).refunded == TOTAL
    assert any("did not reach the buyer" in note for note in await alarms(exchange, order.id))
    await tell(exchange, order, "evt_3")
    assert (await exchange.store.ledger.totals())[AccountKind.WORLD] == 0


async def test_requested_refund_that_was_made_although_a_bank_took_the_charge_is_booked(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await exchange.trade()
    exchange.line.is_cut = True
    await exchange.cancel(order.id)
    await exchange.workers.settle()
    assert (await exchange.payment(order.id)).refund_asked == TOTAL
    await lose_all(exchange, order, exchange.clock.now())
    lost = await losses(exchange)
    charge_id = await charge_of(exchange, order.id)
    for webhook_id in ("evt_1", "evt_2"):
        event = refunded(order.id, webhook_id, TOTAL, charge_id=charge_id, reference=NAME)
        await report(exchange, event)
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, TOTAL)
    assert await losses(exchange) == lost - TOTAL
    assert (await exchange.store.ledger.totals())[AccountKind.WORLD] == TOTAL
    assert await in_escrow(exchange, order.id) == 0
