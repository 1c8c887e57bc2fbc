"""Whole trades in currencies without decimals, with two and with three."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from solebook.adapters.memory.messengers import MemoryMailer
from solebook.ports.language.orders import Fees, OrderStatus, PaymentStatus, PayoutStatus
from solebook.ports.language.payments import AccountKind
from solebook.ports.language.rules import MarketRules

from ..exchange import Exchange
from ..invariants import checked_exchange
from .payments.reports import alarms, dashboard, told_of_everything


class Trade(NamedTuple):
    """A price at which both fees end with a half, and what follows from it."""

    price: int
    transaction: int
    processing: int
    shipping: int
    penalty: int
    shown: tuple[str, str, str]
    """The price, the payout and the penalty in letters."""


TRADES = {
    "JPY": Trade(20_150, 1_814, 605, 1_400, 3_023, ("¥20,150", "¥17,731", "¥3,023")),
    "KRW": Trade(20_150, 1_814, 605, 1_400, 3_023, ("KRW 20,150", "KRW 17,731", "KRW 3,023")),
    "USD": Trade(20_150, 1_814, 605, 1_400, 3_023, ("$201.50", "$177.31", "$30.23")),
    "KWD": Trade(
        201_550, 18_140, 6_047, 14_000, 30_233, ("KWD 201.550", "KWD 177.363", "KWD 30.233")
    ),
}


class Market(NamedTuple):
    exchange: Exchange
    trade: Trade

    @property
    def letters(self) -> str:
        mailer = self.exchange.app.adapters.mailer
        assert isinstance(mailer, MemoryMailer)
        return "\n".join(mail.text for mail in mailer.sent)


@pytest.fixture(params=TRADES)
async def market(request: pytest.FixtureRequest) -> AsyncIterator[Market]:
    rules = replace(MarketRules.in_currency(request.param), tick=1)
    async with checked_exchange(rules) as exchange:
        yield Market(exchange, TRADES[request.param])


async def test_a_trade_pays_the_seller_what_the_fees_leave(market: Market) -> None:
    exchange, trade = market
    order = await exchange.trade(OrderStatus.DELIVERED, price=trade.price)
    assert order.fees == Fees(1, trade.transaction, trade.processing, trade.shipping)
    await exchange.later(timedelta(days=4))
    order = await exchange.order(order.id)
    assert order.payout_status is PayoutStatus.PAID
    payout = trade.price - trade.transaction - trade.processing
    assert (await exchange.payout(order.id)).amount == payout
    held = await exchange.app.payments.check_solvency()
    assert held.balanced
    assert held.by_kind[AccountKind.FEES] == trade.transaction
    assert held.by_kind[AccountKind.PROCESSING] == trade.processing
    price, paid, _ = trade.shown
    assert price in market.letters
    assert paid in market.letters


async def test_a_fake_is_refunded_in_full_and_its_seller_owes_a_penalty(market: Market) -> None:
    exchange, trade = market
    order = await exchange.trade(OrderStatus.AUTH_FAILED, price=trade.price)
    await exchange.quiet()
    order = await exchange.order(order.id)
    assert order.payment_status is PaymentStatus.REFUNDED
    assert (await exchange.payment(order.id)).refunded == trade.price + trade.shipping
    assert (await exchange.app.payments.view_balance(exchange.seller)).debt == trade.penalty
    assert trade.shown[2] in market.letters


async def test_a_debt_is_settled_by_the_next_payout(market: Market) -> None:
    exchange, trade = market
    await exchange.trade(OrderStatus.AUTH_FAILED, price=trade.price)
    order = await exchange.trade(OrderStatus.DELIVERED, price=trade.price)
    await exchange.later(timedelta(days=4))
    payout = await exchange.payout(order.id)
    assert payout.debt_settled == trade.penalty
    left = trade.price - trade.transaction - trade.processing - trade.penalty
    assert payout.amount == left
    assert (await exchange.app.payments.view_balance(exchange.seller)).debt == 0


async def test_an_alarm_has_its_amounts_in_the_currency(market: Market) -> None:
    exchange, currency = market.exchange, market.exchange.app.rules.money
    charge = await dashboard(exchange).charge(None, currency.in_place_of(5_000))
    await told_of_everything(exchange)
    (note,) = await alarms(exchange, None)
    shown = {"JPY": "5,000", "KRW": "5,000", "USD": "50.00", "KWD": "50.000"}[currency.code]
    assert note == f"The provider charged {shown} for no known order: {charge.id}."
