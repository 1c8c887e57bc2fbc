"""Reports of disputes that come late, again, in any order or not at all, and in races."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.disputes import DisputeStatus
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.orders import FreezeReason, OrderStatus, PaymentStatus, PayoutStatus

from ....exchange import Exchange
from ..reports import HOLD, PAYOUT, TOTAL, charge_of, dashboard, losses, paid_order
from .stories import decide, dispute, dispute_alarms, known, on_account, only

DAY = timedelta(days=1)


@pytest.mark.parametrize("order_of_reports", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_reports_in_any_order_and_again(
    exchange: Exchange, order_of_reports: tuple[int, ...], won: bool
) -> None:
    order = await paid_order(exchange)
    before = len(await exchange.provider.webhooks())
    name = await dispute(exchange, order, told=False)
    await exchange.app.disputes.find_disputes()
    [known_one] = await known(exchange)
    await exchange.app.disputes.submit_evidence(
        exchange.admin, known_one.id, reason="it was delivered"
    )
    await decide(exchange, name, won=won, told=False)

    for number in (*order_of_reports, *order_of_reports):
        await exchange.webhook(before + number)
        await exchange.workers.settle()

    assert (await only(exchange)).status is (DisputeStatus.WON if won else DisputeStatus.LOST)
    assert await on_account(exchange, name) == 0
    assert await losses(exchange) == (0 if won else -TOTAL)


async def test_a_late_report_of_an_earlier_state_changes_nothing(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order)
    desk = exchange.app.disputes.follow_dispute
    early = await desk.desk.find(name)
    assert early is not None
    await decide(exchange, name, won=True)
    over = await only(exchange)

    assert await desk.record_dispute(early) == over
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).freezes == frozenset()


async def test_what_comes_back_after_a_loss_is_a_gain(unchecked: Exchange) -> None:
    order = await paid_order(unchecked)
    name = await dispute(unchecked, order)
    await decide(unchecked, name, won=False)
    desk = unchecked.app.disputes.follow_dispute
    lost = await desk.desk.find(name)
    assert lost is not None

    recorded = await desk.record_dispute(replace(lost, reinstated=TOTAL))
    assert await desk.record_dispute(replace(lost, reinstated=TOTAL)) == recorded

    assert recorded.status is DisputeStatus.LOST
    assert await on_account(unchecked, name) == 0
    assert await losses(unchecked) == 0


async def test_a_dispute_whose_reports_are_lost_is_found_by_asking(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, told=False)
    assert await known(exchange) == []

    assert await exchange.app.disputes.find_disputes() == 1
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).freezes == {FreezeReason.DISPUTE}

    await decide(exchange, name, won=True, told=False)
    await exchange.later(DAY)

    assert (await only(exchange)).status is DisputeStatus.WON
    assert (await exchange.order(order.id)).freezes == frozenset()


async def test_a_dispute_before_the_report_of_its_charge(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    charge = await dashboard(exchange).charge(order_id, TOTAL)
    await dashboard(exchange).dispute(charge.id, TOTAL, exchange.clock.now())

    await exchange.webhook(-1)
    await exchange.workers.settle()
    assert (await only(exchange)).order_id == order_id
    await exchange.webhook(-2)
    await exchange.workers.settle()

    order = await exchange.order(order_id)
    assert order.payment_status is PaymentStatus.CAPTURED
    assert FreezeReason.DISPUTE in order.freezes


async def test_a_card_that_is_disputed_at_once(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_IS_DISPUTED)
    order = await exchange.trade(buyer=buyer)

    await exchange.webhook(-1)
    await exchange.workers.settle()

    assert (await exchange.order(order.id)).freezes == {FreezeReason.DISPUTE}
    assert (await only(exchange)).order_id == order.id


async def test_admins_are_reminded_once_before_evidence_is_due(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    name = await dispute(exchange, order)

    await exchange.later(timedelta(days=4, hours=23))
    [alarm] = await dispute_alarms(exchange, order.id)
    assert "none was submitted" not in alarm.note
    await exchange.later(timedelta(hours=2))
    [alarm] = await dispute_alarms(exchange, order.id)
    assert f"Evidence for the dispute {name} is due by" in alarm.note
    assert "none was submitted" in alarm.note
    count = alarm.count

    await exchange.later(timedelta(days=1))
    [alarm] = await dispute_alarms(exchange, order.id)
    assert alarm.count == count


async def test_nobody_is_reminded_of_evidence_that_was_submitted(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    await dispute(exchange, order)
    await exchange.app.disputes.submit_evidence(
        exchange.admin, (await only(exchange)).id, reason="it was delivered"
    )

    await exchange.later(timedelta(days=8))

    [alarm] = await dispute_alarms(exchange, order.id)
    assert "none was submitted" not in alarm.note


async def test_a_dispute_while_the_seller_is_being_paid(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    charge_id = await charge_of(exchange, order.id)
    await exchange.clock.advance(HOLD)
    exchange.line.hold()
    paying = asyncio.ensure_future(exchange.workers.settle())
    await exchange.line.arrival()  # the payout is under way
    bank = Dashboard(exchange.line.beyond)
    name = await bank.dispute(charge_id, TOTAL, exchange.clock.now())
    exchange.line.release()
    await paying
    await exchange.webhook(-2)  # the payout has a webhook of its own
    await exchange.quiet()

    order = await exchange.order(order.id)
    assert (order.payout_status, order.freezes) == (PayoutStatus.PAID, frozenset())
    assert (await exchange.payout(order.id)).paid == PAYOUT
    assert await on_account(exchange, name) == -TOTAL
    await decide(exchange, name, won=False)
    assert await losses(exchange) == -TOTAL


@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_between_a_refund_and_its_request(exchange: Exchange, won: bool) -> None:
    """The exchange has decided to refund, and asks when the bank has the money already."""
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, told=False)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.workers.settle()  # the provider declines the refund
    assert (await exchange.payment(order.id)).refund_declines == 1

    await exchange.webhook(-1)
    await exchange.workers.settle()
    await decide(exchange, name, won=won)
    await exchange.quiet()

    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    assert (await exchange.payment(order.id)).refunded == TOTAL
    assert await exchange.provider.balance() == 0
    assert await losses(exchange) == 0


@pytest.mark.parametrize("loses_answers", [True, False], ids=["after the effect", "before it"])
async def test_evidence_whose_submission_was_lost_is_submitted_once_more(
    exchange: Exchange, loses_answers: bool
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await dispute(exchange, order)
    dispute_id = (await only(exchange)).id
    submit = exchange.app.disputes.submit_evidence
    exchange.line.loses_answers, exchange.line.is_cut = loses_answers, not loses_answers
    with pytest.raises(Unavailable):
        await submit(exchange.admin, dispute_id, reason="it was delivered")
    assert (await only(exchange)).submitted_at is None
    exchange.line.loses_answers = exchange.line.is_cut = False

    submitted = await submit(exchange.admin, dispute_id, reason="it was delivered")

    assert submitted.status is DisputeStatus.UNDER_REVIEW
    assert submitted.submitted_at == exchange.clock.now()


async def test_a_hint_that_meets_no_provider_is_followed_later(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await dispute(exchange, order, told=False)
    exchange.line.is_cut = True
    exchange_webhook = (await _signed(exchange))[-1]
    await exchange.app.payments.receive_webhook(*exchange_webhook)
    await exchange.workers.settle()
    assert await known(exchange) == []
    exchange.line.is_cut = False

    await exchange.quiet()

    assert (await exchange.order(order.id)).freezes == {FreezeReason.DISPUTE}


async def _signed(exchange: Exchange) -> list[tuple[bytes, str]]:
    exchange.line.is_cut = False
    webhooks = [(each.body, each.signature) for each in await exchange.provider.webhooks()]
    exchange.line.is_cut = True
    return webhooks
