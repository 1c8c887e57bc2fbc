"""Money actions of admins: reversed penalties, written-off debts and repeated payouts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.core.payments.transfers import debt
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.errors import (
    BeyondDebt,
    Forbidden,
    IllegalMove,
    InvalidText,
    NotFound,
    OutOfRange,
    PayoutAccountMissing,
    PayoutNotOpen,
    PayoutStopped,
)
from solebook.ports.language.events import PenaltyExcused
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.orders import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Account, AccountKind, PayoutState
from solebook.ports.language.users import Actor, Role

from ...exchange import Exchange
from ...invariants import check_invariants

DAY = timedelta(days=1)
PENALTIES = Account(AccountKind.PENALTIES)


async def owed(exchange: Exchange) -> int:
    return -await exchange.store.ledger.balance(debt(exchange.seller.user_id))


async def never_arrived(exchange: Exchange) -> Order:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    await exchange.later(14 * DAY)
    return await exchange.order(order.id)


async def note_receipt(exchange: Exchange, order_id: OrderId) -> Order:
    await exchange.app.orders.note_carrier_receipt(
        exchange.admin, order_id, reason="the carrier sent us its receipt"
    )
    await exchange.workers.settle()
    return await exchange.order(order_id)


async def paid(exchange: Exchange) -> Order:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(3 * DAY)
    return await exchange.order(order.id)


# ---- penalties -------------------------------------------------------------------------------


async def test_invented_tracking_number_costs_the_same_penalty_as_not_shipping(
    exchange: Exchange,
) -> None:
    order = await never_arrived(exchange)
    assert (order.cancel_reason, order.owes_penalty) == (CancelReason.ARRIVAL_OVERDUE, True)
    assert await owed(exchange) == 3_000


async def test_receipt_noted_before_cancellation_prevents_the_penalty(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    await note_receipt(exchange, order.id)
    await exchange.later(14 * DAY)
    assert (await exchange.order(order.id)).cancel_reason is CancelReason.ARRIVAL_OVERDUE
    assert await owed(exchange) == 0
    assert await exchange.store.ledger.balance(PENALTIES) == 0


async def test_receipt_noted_after_cancellation_cancels_the_debt(exchange: Exchange) -> None:
    order = await note_receipt(exchange, (await never_arrived(exchange)).id)
    assert not order.owes_penalty
    assert await owed(exchange) == 0
    assert await exchange.store.ledger.balance(PENALTIES) == 0
    assert await exchange.store.payouts.find(order.id) is None
    await check_invariants(exchange)


async def test_settled_penalty_is_paid_back_as_the_orders_payout(
    exchange: Exchange,
) -> None:
    order = await never_arrived(exchange)
    other = await paid(exchange)
    assert (await exchange.payout(other.id)).debt_settled == 3_000
    order = await note_receipt(exchange, order.id)
    payout = await exchange.payout(order.id)
    assert (payout.amount, payout.debt_settled, payout.state) == (3_000, 0, PayoutState.PAID)
    assert order.payout_status is PayoutStatus.PAID
    assert await exchange.store.ledger.balance(PENALTIES) == 0
    await check_invariants(exchange)


async def test_partly_settled_penalty_is_partly_cancelled_and_partly_paid_back(
    exchange: Exchange,
) -> None:
    order = await never_arrived(exchange)
    small = await exchange.trade(OrderStatus.DELIVERED, price=2_500)  # pays out 1 925
    await exchange.later(3 * DAY)
    assert (await exchange.payout(small.id)).debt_settled == 1_925
    assert await owed(exchange) == 1_075
    await note_receipt(exchange, order.id)
    assert await owed(exchange) == 0
    assert (await exchange.payout(order.id)).amount == 1_925
    await check_invariants(exchange)


async def test_what_was_written_off_is_not_paid_back_to_the_seller(exchange: Exchange) -> None:
    order = await never_arrived(exchange)
    await exchange.app.payments.write_off_debt(
        exchange.admin, exchange.seller.user_id, amount=2_000, reason="our mistake"
    )
    await note_receipt(exchange, order.id)
    assert await owed(exchange) == 0
    assert await exchange.store.payouts.find(order.id) is None
    totals = await exchange.store.ledger.totals()
    assert (totals[AccountKind.LOSSES], totals[AccountKind.PENALTIES]) == (0, 0)
    await check_invariants(exchange)


async def test_penalty_is_reversed_once_despite_duplicates(exchange: Exchange) -> None:
    order = await never_arrived(exchange)
    await paid(exchange)
    await note_receipt(exchange, order.id)
    with pytest.raises(IllegalMove):
        await note_receipt(exchange, order.id)
    for _ in range(2):
        await exchange.app.payments.reverse_penalty(
            PenaltyExcused(order.id, exchange.seller.user_id)
        )
    await exchange.workers.settle()
    assert await owed(exchange) == 0
    assert (await exchange.told(order.id)).count("payout.paid") == 1
    await check_invariants(exchange)


async def test_reversal_before_its_penalty_prevents_it(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    exchange.bus.failing["payments.penalise_seller:order.cancelled"] = 1
    await exchange.later(14 * DAY)
    await note_receipt(exchange, order.id)
    await exchange.quiet()
    assert await owed(exchange) == 0


async def test_a_seller_whose_account_is_closed_is_paid_back_later(exchange: Exchange) -> None:
    order = await never_arrived(exchange)
    await paid(exchange)
    closed = tokens.CLOSED_ACCOUNT
    await exchange.app.users.set_payout_account(exchange.seller, account=closed)
    await note_receipt(exchange, order.id)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.FAILED
    await exchange.app.users.set_payout_account(exchange.seller, account=tokens.ACCOUNT)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    await check_invariants(exchange)


async def test_penalty_is_paid_back_after_a_long_outage_of_the_provider(
    exchange: Exchange,
) -> None:
    order = await never_arrived(exchange)
    await paid(exchange)
    exchange.line.is_cut = True
    await note_receipt(exchange, order.id)
    for _ in range(40):
        await exchange.later(timedelta(hours=1))
    assert not (await exchange.store.dead_letters.page(PageRequest())).items
    exchange.line.is_cut = False
    await exchange.later(timedelta(hours=1))
    assert (await exchange.payout(order.id)).state is PayoutState.PAID


async def test_a_refund_that_comes_after_a_penalty_was_paid_back_comes_from_the_escrow(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    await exchange.later(11 * DAY + timedelta(seconds=2))
    other = await exchange.trade(OrderStatus.DELIVERED)
    exchange.bus.failing["payments.refund_buyer:order.cancelled"] = 5
    await exchange.later(3 * DAY - timedelta(seconds=2))  # the pair never arrived
    await exchange.later(timedelta(seconds=2))  # and the other is paid
    assert (await exchange.payout(other.id)).debt_settled == 3_000
    await note_receipt(exchange, order.id)
    assert (await exchange.payout(order.id)).amount == 3_000
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUND_DUE
    await exchange.quiet()
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    assert await owed(exchange) == 0
    await check_invariants(exchange)


@pytest.mark.parametrize("status", [OrderStatus.CONFIRMED, OrderStatus.CANCELLED])
async def test_a_receipt_matters_only_for_a_pair_that_does_not_arrive(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    with pytest.raises(IllegalMove):
        await note_receipt(exchange, order.id)


# ---- debts -----------------------------------------------------------------------------------


async def test_a_debt_is_written_off_up_to_all_of_it(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.CANCELLED)
    write_off, seller = exchange.app.payments.write_off_debt, exchange.seller.user_id
    left = await write_off(exchange.admin, seller, amount=1_000, reason="our mistake")
    assert left == await owed(exchange) == 2_000
    with pytest.raises(BeyondDebt) as refused:
        await write_off(exchange.admin, seller, amount=2_001, reason="our mistake")
    assert refused.value.owed == 2_000
    assert await write_off(exchange.admin, seller, amount=2_000, reason="our mistake") == 0
    entries = (await exchange.store.audit_log.page(PageRequest(), target_id=seller)).items
    assert [entry.act.action for entry in entries] == [AuditAction.DEBT_WRITTEN_OFF] * 2
    assert entries[1].act.facts == {"amount": 1_000, "still_owed": 2_000}
    await check_invariants(exchange)


async def test_refused_write_off_changes_nothing(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.CANCELLED)
    seller = exchange.seller.user_id
    debtor = Actor(seller, frozenset({Role.SELLER, Role.ADMIN}))
    nobody = UserId(exchange.app.adapters.ids.new())
    for actor, user_id, amount, reason, refusal in (
        (exchange.authenticator, seller, 100, "so there", Forbidden),
        (debtor, seller, 100, "so there", Forbidden),
        (exchange.admin, seller, 0, "so there", OutOfRange),
        (exchange.admin, seller, -100, "so there", OutOfRange),
        (exchange.admin, seller, 100, " ", InvalidText),
        (exchange.admin, nobody, 100, "so there", NotFound),
    ):
        with pytest.raises(refusal):
            await exchange.app.payments.write_off_debt(actor, user_id, amount=amount, reason=reason)
    assert await owed(exchange) == 3_000


# ---- payouts ---------------------------------------------------------------------------------


async def test_refused_payout_is_repeated_to_the_current_account(
    exchange: Exchange,
) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(3 * DAY)
    again = exchange.app.payments.pay_out_again
    await again(exchange.admin, order.id, reason="the bank mended it")
    await exchange.workers.settle()
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.refusals) == (PayoutState.REFUSED, 2)
    async with exchange.store.transaction():  # as the seller would, but without its event
        user = await exchange.store.users.get(seller.user_id)
        await exchange.store.users.save(replace(user, payout_account=tokens.ACCOUNT))
    await again(exchange.admin, order.id, reason="the bank mended it")
    await exchange.workers.settle()
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    with pytest.raises(PayoutNotOpen):
        await again(exchange.admin, order.id, reason="the bank mended it")
    await check_invariants(exchange)


async def test_a_payout_that_never_began_is_begun_once_the_hold_is_over(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    again = exchange.app.payments.pay_out_again
    with pytest.raises(PayoutNotOpen) as refused:
        await again(exchange.admin, order.id, reason="it is late")
    assert refused.value.state == "held"
    await exchange.clock.advance(3 * DAY)
    await again(exchange.admin, order.id, reason="it is late")
    await exchange.workers.settle()
    assert (await exchange.told(order.id)).count("payout.paid") == 1


async def test_a_frozen_payout_is_not_repeated(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(3 * DAY)
    await exchange.app.orders.freeze_payout(exchange.admin, order.id, reason="to look at it")
    with pytest.raises(PayoutStopped) as refused:
        await exchange.app.payments.pay_out_again(exchange.admin, order.id, reason="it is late")
    assert refused.value.reasons == ("admin",)
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.quiet()
    assert (await exchange.payout(order.id)).state is PayoutState.REFUSED
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="all is well")
    await exchange.workers.settle()
    assert (await exchange.payout(order.id)).state is PayoutState.PAID


async def test_freezing_and_releasing_a_payout_are_idempotent(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    freeze, release = exchange.app.orders.freeze_payout, exchange.app.orders.release_payout
    once = await freeze(exchange.admin, order.id, reason="to look at it")
    assert await freeze(exchange.admin, order.id, reason="again") == once
    freed = await release(exchange.admin, order.id, reason="all is well")
    assert await release(exchange.admin, order.id, reason="again") == freed
    assert not freed.freezes
    history = await exchange.happened(order.id)
    assert (history.count("payout_frozen"), history.count("payout_released")) == (1, 1)
    log = (await exchange.store.audit_log.page(PageRequest(), target_id=order.id)).items
    reasons = [entry.act.reason for entry in log[:4]]
    assert reasons == ["again", "all is well", "again", "to look at it"]


async def test_release_fails_if_only_a_complaint_freezes_the_payout(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.app.orders.complain(
        exchange.buyer, order.id, kind=ComplaintKind.NOT_AS_DESCRIBED, reason="it is worn"
    )
    with pytest.raises(IllegalMove):
        await exchange.app.orders.release_payout(exchange.admin, order.id, reason="all is well")


async def test_a_payout_is_not_repeated_to_a_seller_without_an_account(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(3 * DAY)
    async with exchange.store.transaction():
        user = await exchange.store.users.get(seller.user_id)
        await exchange.store.users.save(replace(user, payout_account=None))
    with pytest.raises(PayoutAccountMissing):
        await exchange.app.payments.pay_out_again(exchange.admin, order.id, reason="it is late")
    assert (await exchange.payout(order.id)).refusals == 1
